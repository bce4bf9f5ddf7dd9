import { argsOffset, type Instruction, parse } from "@slipway/dockerfile";
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
  const mount = plan.way === "mount" ? ` ${emulatorMount(plan)}` : "";
  const lists = new Map<Instruction, string>();
  const withCopy = new Set<Instruction>();
  for (const stage of found) {
    if (stage.isNative) continue;
    for (const text of stage.triggered) problems.push(triggered(stage.from, text));
    const base = stage.base === undefined ? undefined : found[stage.base];
    if (base && haveEmulator.has(base)) haveEmulator.add(stage);
    const { onScratch } = stage;
    for (const run of stage.runs) {
      const { instruction } = run;
      const list = emulatedList(run, { emulator: plan.containerQemu, escape: tree.escape, onScratch });
      if (list === undefined) continue;
      if (Buffer.byteLength(list) >= longestArgument) problems.push(...tooLong(instruction, list));
      if (plan.way === "copy" && !haveEmulator.has(stage)) withCopy.add(stage.from);
      haveEmulator.add(stage);
      lists.set(instruction, list);
    }
  }
  EmulateError.throwAll(problems);
  // The tree is not edited: an edited one is parsed again, which takes as long as all of this.
  const newline = /\r?\n/.exec(dockerfile)?.[0] ?? "\n";
  let offset = 0;
  const pieces = tree.items.map((item) => {
    const start = offset;
    offset += item.source.length;
    if (item.kind !== "instruction") return item.source;
    const list = lists.get(item);
    if (list !== undefined) return replaced(item, { start, mount, list, escape: tree.escape });
    if (!withCopy.has(item)) return item.source;
    const isOpen = !item.source.endsWith("\n");
    return `${item.source}${isOpen ? newline : ""}${emulatorCopy(plan)}${isOpen ? "" : newline}`;
  });
  return pieces.join("");
}

interface Replacement {
  /** Where the instruction's source begins in the file. */
  readonly start: number;
  readonly mount: string;
  readonly list: string;
  readonly escape: string;
}

/** A RUN with another command; what stands before it and its flags stay as they were written. */
function replaced(instruction: Instruction, { start, mount, list, escape }: Replacement): string {
  const { source, keyword } = instruction;
  const keywordEnd = source.search(/[^\s\uFEFF]/) + keyword.length;
  const flags = source.slice(keywordEnd, argsOffset(instruction, 0) - start) || " ";
  const end = /\r*\n$/.exec(source)?.[0] ?? "";
  return source.slice(0, keywordEnd) + wrapLine(mount + flags + list, escape) + end;
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
