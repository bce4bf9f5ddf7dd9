import { argsOffset, type Instruction, type Item, parse } from "@slipway/dockerfile";
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
  /** What comes in place of an instruction's command, or behind it as a line of its own. */
  const lists = new Map<Item, string>();
  const withCopy = new Set<Item>();
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
      if (plan.way === "copy" && !haveEmulator.has(stage)) withCopy.add(stage.from);
      haveEmulator.add(stage);
      lists.set(instruction, list);
    }
  }
  EmulateError.throwAll(problems);
  // The tree is not edited: an edited one is parsed again, which takes as long as all of this.
  let result = "";
  let kept = 0;
  let offset = 0;
  for (const item of tree.items) {
    const begin = offset;
    offset += item.source.length;
    const list = lists.get(item);
    if (list !== undefined) {
      const replacement = { start: begin, mount, list, escape: tree.escape };
      result += dockerfile.slice(kept, begin) + replaced(item as Instruction, replacement);
      kept = offset;
    } else if (withCopy.has(item)) {
      const newline = /\r?\n/.exec(dockerfile)?.[0] ?? "\n";
      const isOpen = !item.source.endsWith("\n");
      result += `${dockerfile.slice(kept, offset)}${isOpen ? newline : ""}${emulatorCopy(plan)}${isOpen ? "" : newline}`;
      kept = offset;
    }
  }
  return result + dockerfile.slice(kept);
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
  const end = source.endsWith("\n") ? (source.endsWith("\r\n") ? /\r*\n$/.exec(source)?.[0] : "\n") : "";
  return `${source.slice(0, keywordEnd)}${wrapLine(`${mount}${flags}${list}`, escape)}${end}`;
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
