// Writes the types of compose files as they are written, from the shapes that they are validated by:
//   node scripts/generate-compose-types.mjs, after compiling, and then formatting
import { writeFile } from "node:fs/promises";
import { projectShape } from "../packages/compose/dist/schema/project-shape.js";
import { rawTypes } from "../packages/compose/test/raw-types.mjs";

await writeFile(new URL("../packages/compose/src/model/raw.ts", import.meta.url), rawTypes(projectShape));
