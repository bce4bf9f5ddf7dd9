import { runExamples } from "./readme-examples.ts";

await runExamples("ts");
