import { edit, type Instruction, lint, parse, print, process, stages, variables } from "../src/index.ts";
import { commands } from "./cases/commands.ts";
import { files } from "./cases/files.ts";
import { stages as stageCases } from "./cases/stages.ts";
import { variables as variableCases } from "./cases/variables.ts";

/** Bytes that the package may take, minified and compressed. */
export const gzipLimit = 25_000;

/** The package at work on many texts; run in Node and in a browser, it must say the same. */
export function check(): unknown {
  const texts = [commands, files, stageCases, variableCases].flatMap((table) =>
    Object.values(table).map((written) => (typeof written === "string" ? written : written.text)),
  );
  const tree = parse("FROM a\nRUN --mount=type=cache,target=/c x\n");
  const edited = edit(tree, (editor) => editor.removeFlag(tree.instructions[1] as Instruction, "mount"));
  return {
    template: [process("FROM %%BASE%%", { BASE: "x" }), variables("%%A%% %%B_C%%")],
    edited: print(edited),
    lint: texts.map((text) => lint(text)),
    stages: texts.map((text) => {
      try {
        return stages(parse(text), { buildArgs: { X: "1" } }).map(({ config, dependsOn }) => ({ config, dependsOn }));
      } catch (error) {
        return String(error);
      }
    }),
  };
}
