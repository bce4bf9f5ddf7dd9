// npm run bench -- TOPIC…: runs bench/TOPIC.mjs one after the other; all of them without a topic.
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "../scripts/command.mjs";
import { heading, runMain, SetupError } from "../scripts/say.mjs";

const folder = path.dirname(fileURLToPath(import.meta.url));

await runMain(async () => {
  const topics = readdirSync(folder)
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => name.slice(0, -".mjs".length))
    .filter((name) => name !== "run");
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !topics.includes(name));
  if (unknown.length > 0)
    throw new SetupError(`no bench named ${unknown.join(", ")}`, `there are ${topics.join(", ")}`);
  for (const topic of wanted.length > 0 ? wanted : topics) {
    heading(`Bench: ${topic}`);
    await command(process.execPath, [path.join(folder, `${topic}.mjs`)], { inherit: true });
  }
});
