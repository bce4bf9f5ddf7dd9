import { argsOffset, type Dockerfile, type Instruction, parse } from "@slipway/dockerfile";
import type { Problem } from "@slipway/errors";
import { EmulateError, type EmulateErrorCode } from "./emulate-error.ts";
import { emulatedList, emulatedListStart } from "./emulated-run.ts";
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
  const mount = plan.way === "mount" ? ` ${emulatorMount(plan)}` : "";
  const changes: Change[] = [];
  const start = emulatedListStart(plan.containerQemu);
  for (const stage of found) {
    if (stage.isNative) continue;
    for (const text of stage.triggered) problems.push(triggered(stage.from, text));
    const base = stage.base === undefined ? undefined : found[stage.base];
    if (base && haveEmulator.has(base)) haveEmulator.add(stage);
    const { onScratch } = stage;
    const how = { start, escape: tree.escape, onScratch };
    for (const run of stage.runs) {
      const { instruction } = run;
      const list = emulatedList(run, how);
      if (list === undefined) continue;
      if (list.length * 3 >= longestArgument) problems.push(...tooLong(instruction, list));
      if (!haveEmulator.has(stage)) {
        if (plan.way === "copy") changes.push({ instruction: stage.from, list: undefined });
        haveEmulator.add(stage);
      }
      changes.push({ instruction, list });
    }
  }
  EmulateError.throwAll(problems);
  return changed(dockerfile, tree, { changes, mount, copy: emulatorCopy(plan) });
}

/** A command that comes in place of an instruction's, or, where there is none, the emulator's COPY behind it. */
interface Change {
  readonly instruction: Instruction;
  readonly list: string | undefined;
}

interface Changes {
  /** In the order of the file. */
  readonly changes: readonly Change[];
  readonly mount: string;
  readonly copy: string;
}

/** The tree is not edited: an edited one is parsed again, which takes as long as all of this. */
function changed(dockerfile: string, tree: Dockerfile, { changes, mount, copy }: Changes): string {
  let result = "";
  let kept = 0;
  let offset = 0;
  let next = 0;
  for (const item of tree.items) {
    offset += item.source.length;
    const change = changes[next];
    if (change?.instruction !== item) continue;
    next += 1;
    const { instruction, list } = change;
    const { source } = instruction;
    if (list === undefined) {
      const newline = /\r?\n/.exec(dockerfile)?.[0] ?? "\n";
      const isOpen = !source.endsWith("\n");
      result += `${dockerfile.slice(kept, offset)}${isOpen ? newline : ""}${copy}${isOpen ? "" : newline}`;
    } else {
      // What stands before the command stays as it was written, flags too.
      const keywordEnd = instruction.keywordRange.end.offset;
      const flags = dockerfile.slice(keywordEnd, argsOffset(instruction, 0)) || " ";
      const end = source.endsWith("\r\n") ? (/\r*\n$/.exec(source)?.[0] ?? "") : source.endsWith("\n") ? "\n" : "";
      result += dockerfile.slice(kept, keywordEnd) + wrapLine(mount + flags + list, tree.escape) + end;
    }
    kept = offset;
  }
  return result + dockerfile.slice(kept);
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
