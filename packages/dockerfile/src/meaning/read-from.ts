import type { Problem, SourceRange } from "@slipway/errors";
import type { DialectRules } from "./dialect.ts";
import type { DockerfileErrorCode } from "../dockerfile-error.ts";
import { expand } from "../expansion/expand.ts";
import { isImageName } from "./image-name.ts";
import { ExpansionProblem } from "../expansion/pattern.ts";
import type { Source } from "./source.ts";
import type { Dockerfile, Instruction } from "../syntax/tree.ts";
import { splitAtBlanks } from "../syntax/words.ts";

/** What a FROM says. */
export interface From {
  readonly index: number;
  readonly name?: string;
  readonly base: Source;
  readonly platform?: string;
  readonly range: SourceRange;
}

export interface FromContext {
  readonly before: readonly From[];
  readonly tree: Dockerfile;
  readonly globals: ReadonlyMap<string, string>;
  readonly rules: DialectRules;
}

/** Reads a FROM. What is wrong with it goes to the problems; something usable comes back all the same. */
export function readFrom(
  instruction: Instruction,
  context: FromContext,
  problems: Problem<DockerfileErrorCode>[],
): From {
  const { before, rules } = context;
  const { range } = instruction;
  const problem = (message: string, hint?: string): unknown =>
    problems.push({ code: "DOCKERFILE_BAD_STAGE", message, range, ...(hint ? { hint } : {}) });
  const words = splitAtBlanks(instruction.args).map(({ text }) => text);
  const [image = "", as, name] = words;
  if (words.length !== 1 && (words.length !== 3 || as?.toLowerCase() !== "as")) {
    problem(`FROM takes an image and, at most, AS and a name; read \`${instruction.args}\``);
  } else if (name !== undefined && !/^[a-z][a-z0-9-_.]*$/i.test(name)) {
    problem(`\`${name}\` can't be a stage's name`, "a letter, then letters, digits, `-`, `_` and `.`");
  } else if (name !== undefined && rules.nameIsImageName && !isImageName(name.toLowerCase())) {
    problem(`\`${name}\` can't be a stage's name`, "BuildKit wants one that would do for an image");
  } else if (
    rules.uniqueStageNames &&
    before.some((other) => other.name === name?.toLowerCase() && name !== undefined)
  ) {
    problem(`there is already a stage \`${name}\``, "give this one a name of its own");
  }
  const expanded = (text: string): string => expandGlobally(text, context, problem);
  const reference = expanded(image);
  if (reference === "" && words.length > 0) {
    const hint = "declare the ARG above the first FROM, with a default, or give it a value";
    problem(`the base image \`${image}\` is empty`, hint);
  }
  const flag = instruction.flags.find((candidate) => candidate.name === "platform")?.value;
  const platform = flag ? expanded(flag) : undefined;
  if (platform !== undefined && !/^[\w-]+(?:\/[\w-]+){0,2}$/.test(platform)) {
    const read = platform === flag ? "" : ` (from \`${flag}\`)`;
    problem(`\`${platform}\` is no platform${read}`, "write os/architecture, as linux/arm64");
  }
  const key = rules.baseNameAnyCase ? reference.toLowerCase() : reference;
  const stage = before.findLast((candidate) => candidate.name !== undefined && candidate.name === key);
  const base: Source = stage
    ? { kind: "stage", index: stage.index }
    : reference === "scratch"
      ? { kind: "scratch" }
      : { kind: "image", image: reference, ...(platform ? { platform } : {}) };
  const oldHosts = !rules.hostsInCapitals;
  if (base.kind === "image" && reference !== "" && !isImageName(reference, { oldHosts })) {
    const meant = before.findLast((candidate) => candidate.name === reference.toLowerCase())?.name;
    const hint = meant ? `write \`${meant}\` for the stage` : "an image's name is in lower case: host/path:tag";
    problem(`\`${reference}\` is no image's name`, hint);
  }
  return {
    index: before.length,
    ...(name === undefined ? {} : { name: name.toLowerCase() }),
    base,
    ...(platform ? { platform } : {}),
    range,
  };
}

function expandGlobally(
  text: string,
  { globals, tree, rules }: FromContext,
  problem: (message: string) => unknown,
): string {
  try {
    return expand(text, (name) => globals.get(name), tree.escape, { colonOnly: rules.colonOnly });
  } catch (error) {
    if (!(error instanceof ExpansionProblem)) throw error;
    problem(error.message);
    return text;
  }
}
