import type { Problem } from "@slipway/errors";
import { DockerfileError, type DockerfileErrorCode } from "./dockerfile-error.ts";
import { expand, ExpansionProblem } from "./expand.ts";
import { platformArgs, predefinedArgs } from "./platform-args.ts";
import { argPairs } from "./pairs.ts";
import type { BaseConfig, Source, Stage, StepState } from "./stage.ts";
import { stepReader } from "./read-step.ts";
import type { Step } from "./step.ts";
import type { Dockerfile, Instruction } from "./tree.ts";
import { splitAtSpaces } from "./words.ts";

/** What a Dockerfile's meaning depends on besides its text. */
export interface StagesOptions {
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** `linux/amd64`; without it the platform arguments aren't set. */
  readonly platform?: string | undefined;
  /** What is known of base images. */
  readonly baseConfig?: ((image: string) => BaseConfig | undefined) | undefined;
}

const defaultShell = ["/bin/sh", "-c"];

/**
 * What a Dockerfile's stages and steps mean: who takes from whom, and for each step what is in force.
 * @throws DockerfileError with every problem, each with its place
 */
export function stages(tree: Dockerfile, options: StagesOptions = {}): Stage[] {
  const problems: Problem<DockerfileErrorCode>[] = [];
  const globals: Record<string, string> = { ...platformArgs(options.platform) };
  const found: Stage[] = [];
  let current: { draft: Omit<Stage, "steps" | "dependsOn" | "result">; state: StepState; steps: Step[] } | undefined;
  const finish = (): void => {
    if (!current) return;
    const { draft, state, steps } = current;
    found.push({ ...draft, steps, dependsOn: dependencies(draft.base, steps), result: state });
  };
  const guard = (instruction: Instruction, action: () => void): void => {
    try {
      action();
    } catch (error) {
      if (!(error instanceof ExpansionProblem)) throw error;
      problems.push({ code: "DOCKERFILE_BAD_EXPANSION", message: error.message, range: instruction.range });
    }
  };
  for (const instruction of tree.instructions) {
    if (instruction.keyword === "FROM") {
      guard(instruction, () => {
        finish();
        const draft = readFrom(instruction, tree, found, globals, problems);
        current = { draft, state: initialState(draft.base, found, options), steps: [] };
      });
    } else if (!current) {
      if (instruction.keyword !== "ARG") {
        problems.push({
          code: "DOCKERFILE_NO_STAGE",
          message: `${instruction.keyword} stands before the first FROM`,
          hint: "only ARG may; begin with FROM",
          range: instruction.range,
        });
        continue;
      }
      guard(instruction, () => {
        for (const [name, value] of argPairs(instruction.args, (text) =>
          expand(text, (key) => globals[key], tree.escape),
        )) {
          const given = options.buildArgs?.[name] ?? value;
          if (given !== undefined) globals[name] = given;
        }
      });
    } else {
      const stage = current;
      guard(instruction, () => {
        const context = {
          tree,
          stages: found,
          index: stage.steps.length,
          state: stage.state,
          globals,
          options,
          problems,
        };
        const read = stepReader(context, instruction);
        if (!read) return;
        stage.steps.push(read.step);
        stage.state = read.after;
      });
    }
  }
  finish();
  if (found.length === 0 && problems.length === 0) {
    const hint = "begin with FROM and the image to build on, or FROM scratch";
    problems.push({ code: "DOCKERFILE_NO_STAGE", message: `${tree.file ?? "the Dockerfile"} has no FROM`, hint });
  }
  DockerfileError.throwAll(problems);
  return found;
}

function readFrom(
  instruction: Instruction,
  tree: Dockerfile,
  before: readonly Stage[],
  globals: Readonly<Record<string, string>>,
  problems: Problem<DockerfileErrorCode>[],
): Omit<Stage, "steps" | "dependsOn" | "result"> {
  const lookup = (name: string): string | undefined => globals[name];
  const words = splitAtSpaces(instruction.args).map((word) => word.text);
  const [image = "", as, name] = words;
  if (words.length !== 1 && (words.length !== 3 || as?.toLowerCase() !== "as")) {
    problems.push({
      code: "DOCKERFILE_BAD_STAGE",
      message: `FROM takes an image and, at most, AS and a name; read \`${instruction.args}\``,
      range: instruction.range,
    });
  }
  if (name !== undefined && !/^[a-z][a-z0-9-_.]*$/i.test(name)) {
    problems.push({
      code: "DOCKERFILE_BAD_STAGE",
      message: `\`${name}\` can't be a stage's name`,
      hint: "a letter, then letters, digits, `-`, `_` and `.`",
      range: instruction.range,
    });
  }
  const reference = expand(image, lookup, tree.escape);
  if (reference === "") {
    problems.push({
      code: "DOCKERFILE_BAD_STAGE",
      message: `the base image \`${image}\` is empty`,
      hint: "declare the ARG before FROM, with a default, or give it a value",
      range: instruction.range,
    });
  }
  const platformFlag = instruction.flags.find((flag) => flag.name === "platform")?.value;
  const platform = platformFlag === undefined ? undefined : expand(platformFlag, lookup, tree.escape);
  const stage = before.findLast((candidate) => candidate.name === reference.toLowerCase());
  const base: Source =
    reference === "scratch"
      ? { kind: "scratch" }
      : stage
        ? { kind: "stage", index: stage.index }
        : { kind: "image", image: reference, ...(platform ? { platform } : {}) };
  return {
    index: before.length,
    ...(name === undefined ? {} : { name: name.toLowerCase() }),
    base,
    range: instruction.range,
  };
}

function initialState(base: Source, before: readonly Stage[], options: StagesOptions): StepState {
  const predefined = Object.fromEntries(
    predefinedArgs.flatMap((name) => {
      const value = options.buildArgs?.[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  if (base.kind === "stage") return { ...(before[base.index] as Stage).result, args: predefined };
  const config = base.kind === "image" ? options.baseConfig?.(base.image) : undefined;
  return {
    env: { ...config?.env },
    args: predefined,
    workdir: config?.workdir || (base.kind === "scratch" ? "/" : ""),
    user: config?.user ?? "",
    shell: config?.shell ?? defaultShell,
  };
}

function dependencies(base: Source, steps: readonly Step[]): number[] {
  const sources: (Source | undefined)[] = [base];
  for (const step of steps) {
    if (step.kind === "copy" || step.kind === "add") sources.push(step.from);
    if (step.kind === "run") sources.push(...step.mounts.map((mount) => mount.from));
  }
  const indices = sources.flatMap((source) => (source?.kind === "stage" ? [source.index] : []));
  return [...new Set(indices)].toSorted((a, b) => a - b);
}
