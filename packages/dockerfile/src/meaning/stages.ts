import type { Problem } from "@slipway/errors";
import { type DialectRules, dialectRules } from "./dialect.ts";
import { DockerfileError, type DockerfileErrorCode } from "../dockerfile-error.ts";
import { readGlobals } from "./globals.ts";
import { defaultPath, type ImageConfig, ImageConfigDraft } from "./image-config.ts";
import { parse } from "../syntax/parse.ts";
import { ExpansionProblem } from "../expansion/pattern.ts";
import { predefinedArgs } from "./platform-args.ts";
import { type From, readFrom } from "./read-from.ts";
import { readStep } from "./read-step.ts";
import { Scope } from "./scope.ts";
import type { Stage } from "./stage.ts";
import { type StageContext, type StageProblem, stateOf } from "./stage-context.ts";
import type { StagesOptions } from "./stages-options.ts";
import { dependenciesOf, findCycle, neededStages } from "./stage-graph.ts";
import type { Step } from "./step.ts";
import type { Dockerfile, Instruction } from "../syntax/tree.ts";

const defaultShell = ["/bin/sh", "-c"];

/**
 * What a Dockerfile's stages and steps mean: who takes from whom, for each step what is in force, and for each stage its
 * image's configuration.
 *
 * Expansion mistakes in a stage that the target doesn't need are passed over, as BuildKit does.
 * @throws DockerfileError with every problem, each with its place
 */
export function stages(tree: Dockerfile, options: StagesOptions = {}): Stage[] {
  return readStages(tree, options);
}

/** Told of a variable that isn't set where it is used, and of what is set there. */
export type OnUnset = (name: string, instruction: Instruction, known: () => string[]) => void;

/** The same, with word of variables that aren't set. */
export function readStages(tree: Dockerfile, options: StagesOptions, onUnset?: OnUnset): Stage[] {
  return new StagesReader(tree, options, onUnset).read();
}

/** A stage that is read, with what a stage based on it goes on from. */
interface ReadStage {
  readonly stage: Stage;
  readonly context: StageContext;
}

class StagesReader {
  readonly #tree: Dockerfile;
  readonly #options: StagesOptions;
  readonly #rules: DialectRules;
  readonly #problems: Problem<DockerfileErrorCode>[] = [];
  readonly #onUnset: OnUnset | undefined;
  #globals: ReadonlyMap<string, string> = new Map();
  #froms: readonly From[] = [];

  constructor(tree: Dockerfile, options: StagesOptions, onUnset: OnUnset | undefined) {
    this.#onUnset = onUnset;
    this.#tree = tree;
    this.#options = options;
    this.#rules = dialectRules[options.dialect ?? "buildkit"];
  }

  read(): Stage[] {
    const { instructions } = this.#tree;
    const starts = instructions.flatMap(({ keyword }, i) => (keyword === "FROM" ? [i] : []));
    const firstFrom = starts[0] ?? instructions.length;
    this.#globals = readGlobals(
      instructions.slice(0, firstFrom),
      this.#tree,
      this.#options,
      this.#rules,
      this.#problems,
    );
    const froms: From[] = [];
    for (const start of starts) {
      const context = { before: froms, tree: this.#tree, globals: this.#globals, rules: this.#rules };
      froms.push(readFrom(instructions[start] as Instruction, context, this.#problems));
    }
    this.#froms = froms;
    const read: ReadStage[] = [];
    const late: StageProblem[][] = [];
    for (const [index, from] of froms.entries()) {
      const steps = instructions.slice((starts[index] as number) + 1, starts[index + 1]);
      const stageProblems: StageProblem[] = [];
      read.push(this.#readStage(from, steps, read, stageProblems));
      late.push(stageProblems);
    }
    const found = read.map(({ stage }) => stage);
    this.#finish(found, late);
    return found;
  }

  #finish(found: readonly Stage[], byStage: readonly (readonly StageProblem[])[]): void {
    if (found.length === 0 && this.#problems.length === 0) {
      const hint = "begin with FROM and the image to build on, or FROM scratch";
      const message = `${this.#tree.file ?? "the Dockerfile"} has no FROM`;
      this.#problems.push({ code: "DOCKERFILE_NO_STAGE", message, hint });
    }
    const cycle = findCycle(found);
    if (cycle) {
      const names = cycle.map((index) => found[index]?.name ?? String(index));
      const [first] = cycle as [number, ...number[]];
      this.#problems.push({
        code: "DOCKERFILE_BAD_STAGE",
        message: `stages take from each other in a circle: ${[...names, names[0]].join(" → ")}`,
        hint: "move what they share into a stage of its own",
        range: (found[first] as Stage).range,
      });
    }
    const target = this.#target(found);
    const needed = this.#rules.skipsUnneeded && target !== undefined ? neededStages(found, target) : undefined;
    for (const [index, problems] of byStage.entries()) {
      for (const { problem, isLate } of problems) {
        if (!isLate || !needed || needed.has(index)) this.#problems.push(problem);
      }
    }
    const offset = (problem: Problem): number => problem.range?.start.offset ?? 0;
    DockerfileError.throwAll(this.#problems.toSorted((a, b) => offset(a) - offset(b)));
  }

  #target(found: readonly Stage[]): number | undefined {
    const { target } = this.#options;
    if (target === undefined || target === "") return found.length > 0 ? found.length - 1 : undefined;
    const named = found.findLast((stage) => stage.name === target.toLowerCase());
    if (named) return named.index;
    if (/^\d+$/.test(target) && Number(target) < found.length) return Number(target);
    const names = found.map((stage) => stage.name ?? String(stage.index)).join(", ");
    this.#problems.push({
      code: "DOCKERFILE_BAD_STAGE",
      message: `there is no stage \`${target}\` to build`,
      hint: `stages are ${names}`,
    });
    return undefined;
  }

  #readStage(
    from: From,
    own: readonly Instruction[],
    before: readonly ReadStage[],
    problems: StageProblem[],
  ): ReadStage {
    const context = this.#contextOf(from, before, problems);
    const onUnset = this.#onUnset;
    const steps: Step[] = [];
    const triggers = this.#triggersOf(from, before, problems);
    for (const { instruction, isTriggered } of [
      ...triggers.map((instruction) => ({ instruction, isTriggered: true })),
      ...own.map((instruction) => ({ instruction, isTriggered: false })),
    ]) {
      const range = isTriggered ? from.range : instruction.range;
      const state = stateOf(context);
      const base = { index: steps.length, text: instruction.text, range, instruction, isTriggered, before: state };
      guard(problems, range, () => {
        if (onUnset) context.onUnset = (name) => onUnset(name, instruction, () => Object.keys(state.variables));
        const step = readStep(context, isTriggered ? { ...instruction, range } : instruction, base);
        if (step) steps.push(step);
      });
    }
    const result = stateOf(context);
    const { base, name, platform } = from;
    const stage: Stage = {
      index: context.index,
      ...(name === undefined ? {} : { name }),
      base,
      ...(platform ? { platform } : {}),
      steps,
      range: from.range,
      dependsOn: dependenciesOf(base, steps),
      result,
      get config() {
        return context.draft.finish(result.env);
      },
    };
    return { stage, context };
  }

  #contextOf(from: From, before: readonly ReadStage[], problems: StageProblem[]): StageContext {
    const { base, index } = from;
    const parent = base.kind === "stage" ? before[base.index] : undefined;
    const known = parent ? parent.stage.config : this.#knownConfig(from);
    const scope = parent ? parent.context.scope.child() : new Scope(this.#rules);
    if (!parent) {
      for (const [name, value] of Object.entries(known?.env ?? {})) scope.setEnv(name, value);
      if (known && !scope.hasEnv("PATH")) scope.setEnv("PATH", defaultPath);
    }
    const buildArgs = this.#options.buildArgs ?? {};
    if (!this.#rules.proxyArgsDeclared) {
      for (const name of predefinedArgs) {
        const value = Object.hasOwn(buildArgs, name) ? buildArgs[name] : this.#globals.get(name);
        if (value !== undefined) scope.setArg(name, value);
      }
    }
    return {
      index,
      rules: this.#rules,
      escape: this.#tree.escape,
      scope,
      draft: new ImageConfigDraft(known),
      workdir: parent?.context.workdir ?? known?.workdir ?? (known ? "/" : ""),
      user: parent?.context.user ?? known?.user ?? "",
      shell: parent?.context.shell ?? known?.shell ?? defaultShell,
      globals: this.#globals,
      buildArgs,
      problems,
      findStage: (name) => this.#froms.findLast((candidate) => candidate.name === name.toLowerCase())?.index,
      stageCount: this.#froms.length,
    };
  }

  #knownConfig({ base }: From): ImageConfig | undefined {
    if (base.kind === "scratch") return this.#rules.scratchWorkdir ? { workdir: "/" } : {};
    return base.kind === "image" ? this.#options.baseConfig?.(base.image) : undefined;
  }

  /** What the base keeps for the stage that is built on it. */
  #triggersOf(from: From, before: readonly ReadStage[], problems: StageProblem[]): Instruction[] {
    const { base } = from;
    const kept = base.kind === "stage" ? before[base.index]?.stage.config.onbuild : this.#knownConfig(from)?.onbuild;
    return (kept ?? []).flatMap((text) => {
      try {
        return parse(text).instructions.slice(0, 1);
      } catch (error) {
        if (!(error instanceof DockerfileError)) throw error;
        const message = `the base's \`ONBUILD ${text}\` is not right: ${error.problems[0]?.message ?? error.message}`;
        problems.push({ problem: { code: "DOCKERFILE_BAD_STAGE", message, range: from.range }, isLate: true });
        return [];
      }
    });
  }
}

function guard(problems: StageProblem[], range: Problem["range"], action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof ExpansionProblem)) throw error;
    const { message } = error;
    problems.push({
      problem: { code: "DOCKERFILE_BAD_EXPANSION", message, ...(range ? { range } : {}) },
      isLate: true,
    });
  }
}
