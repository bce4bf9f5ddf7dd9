import { edit, type Instruction, parse, print } from "@slipway/dockerfile";
import type { Problem } from "@slipway/errors";
import { EmulateError, type EmulateErrorCode } from "./emulate-error.ts";
import { emulatedList } from "./emulated-run.ts";
import { emulatorCopy, emulatorMount } from "./emulator-instructions.ts";
import { type FoundStage, readStages } from "./read-stages.ts";
import { readTransposeOptions, type TransposeOptions } from "./transpose-options.ts";
import { wrapLine } from "./wrap-line.ts";

/** An argument of a program is no longer than this, in bytes, its end included: Linux's MAX_ARG_STRLEN. */
const longestArgument = 128 * 1024;

/**
 * Rewrites a Dockerfile so that its RUN instructions run under an emulator, one that knows `-execve`. The emulator comes
 * by a COPY after the FROM of each stage that needs it, or by a mount in each RUN. All else stays byte for byte; ONBUILD
 * too, which belongs to the image, and stages of the platform that builds.
 *
 * @throws {EmulateError} EMULATE_BAD_OPTION; EMULATE_NOT_TRANSPOSABLE, with every place
 * @throws {DockerfileError} for mistakes in the Dockerfile
 */
export function transpose(dockerfile: string, options: TransposeOptions): string {
  const plan = readTransposeOptions(options);
  const tree = parse(dockerfile, { file: options.file });
  const found = readStages(tree, options);
  const problems: Problem<EmulateErrorCode>[] = [];
  const haveEmulator = new Set<FoundStage>();
  const changed = edit(tree, (editor) => {
    for (const stage of found) {
      if (stage.isNative) continue;
      for (const text of stage.triggered) problems.push(triggered(stage.from, text));
      const base = stage.base === undefined ? undefined : found[stage.base];
      if (base && haveEmulator.has(base)) haveEmulator.add(stage);
      for (const run of stage.runs) {
        const { instruction } = run;
        const list = emulatedList(run, {
          emulator: plan.containerQemu,
          escape: tree.escape,
          onScratch: stage.onScratch,
        });
        if (list === undefined) continue;
        if (Buffer.byteLength(list) >= longestArgument) problems.push(...tooLong(instruction, list));
        if (plan.way === "copy" && !haveEmulator.has(stage)) {
          haveEmulator.add(stage);
          editor.insertAfter(stage.from, emulatorCopy(plan));
        }
        const mount = plan.way === "mount" ? ` ${emulatorMount(plan)}` : "";
        const { keyword, flags } = head(instruction);
        editor.replace(instruction, wrapLine(`${keyword}${mount}${flags}${list}`, tree.escape));
      }
    }
  });
  EmulateError.throwAll(problems);
  return print(changed);
}

/** What stands before a RUN's command, as it was written. */
function head({ source, range, keywordRange, argsRange }: Instruction): { keyword: string; flags: string } {
  // The instruction's range starts at its keyword, its source at the start of that line.
  const start = range.start.offset - (range.start.column - 1);
  const keyword = source.slice(keywordRange.start.offset - start, keywordRange.end.offset - start);
  const flags = source.slice(keywordRange.end.offset - start, argsRange.start.offset - start);
  return { keyword, flags: flags === "" ? " " : flags };
}

function triggered(from: Instruction, text: string): Problem<EmulateErrorCode> {
  return {
    code: "EMULATE_NOT_TRANSPOSABLE",
    message: `the base runs \`${text}\` here, by its ONBUILD, and that would be without the emulator`,
    hint: "build on an image without ONBUILD RUN and write the command here, or register the emulator with the engine",
    range: from.range,
  };
}

function tooLong({ range }: Instruction, list: string): Problem<EmulateErrorCode>[] {
  const items = JSON.parse(list) as string[];
  if (items.every((item) => Buffer.byteLength(item) < longestArgument)) return [];
  return [
    {
      code: "EMULATE_NOT_TRANSPOSABLE",
      message: "this command is longer than the 128 KiB that a program can be given as one argument",
      hint: "put it into a file of its own, COPY that, and RUN it",
      range,
    },
  ];
}
