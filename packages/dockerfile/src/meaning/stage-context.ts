import type { Problem, SourceRange } from "@slipway/errors";
import type { DialectRules } from "./dialect.ts";
import type { DockerfileErrorCode } from "../dockerfile-error.ts";
import { expand, type ExpandOptions, expandWords, type Lookup } from "../expansion/expand.ts";
import type { ImageConfigDraft } from "./image-config.ts";
import type { Scope, Variables } from "./scope.ts";
import type { StepState } from "./step-state.ts";
import type { Source } from "./source.ts";

/** What is wrong with a stage; `isLate` where it comes out only when the stage is built. */
export interface StageProblem {
  readonly problem: Problem<DockerfileErrorCode>;
  readonly isLate: boolean;
}

/** A stage while its steps are read. */
export interface StageContext {
  readonly index: number;
  readonly rules: DialectRules;
  readonly escape: string;
  readonly scope: Scope;
  readonly draft: ImageConfigDraft;
  /** What of the state isn't variables. */
  workdir: string;
  user: string;
  shell: readonly string[];
  readonly globals: ReadonlyMap<string, string>;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly problems: StageProblem[];
  /** Finds the stage that a COPY --from or a mount names. */
  readonly findStage: (name: string) => number | undefined;
  readonly stageCount: number;
  /** What `stateOf` said last, and of which variables. */
  last?: { readonly variables: Variables; readonly state: StepState };
  /** Told of each variable that isn't set where it is used. */
  onUnset?: ((name: string) => void) | undefined;
}

/** What is in force now; the same object as before where nothing has changed. */
export function stateOf(context: StageContext): StepState {
  const { workdir, user, shell, last } = context;
  const variables = context.scope.variables();
  const isSame = last?.variables === variables && last.state.workdir === workdir;
  if (isSame && last.state.user === user && last.state.shell === shell) return last.state;
  const state: StepState = {
    get env() {
      return variables.env;
    },
    get args() {
      return variables.args;
    },
    get variables() {
      return variables.variables;
    },
    workdir,
    user,
    shell,
  };
  context.last = { variables, state };
  return state;
}

/** @throws ExpansionProblem */
export function expandIn(context: StageContext, text: string, options: ExpandOptions = {}): string {
  const { escape, rules } = context;
  return expand(text, lookupIn(context), escape, { ...options, colonOnly: rules.colonOnly });
}

/** @throws ExpansionProblem */
export function expandWordsIn(context: StageContext, text: string): string[] {
  const { escape, rules } = context;
  return expandWords(text, lookupIn(context), escape, { colonOnly: rules.colonOnly });
}

function lookupIn({ scope, onUnset }: StageContext): Lookup {
  if (!onUnset) return scope.lookup;
  return (name) => {
    const value = scope.lookup(name);
    if (value === undefined) onUnset(name);
    return value;
  };
}

/** Notes a mistake in an instruction's form. */
export function badArguments(context: StageContext, range: SourceRange, message: string, hint?: string): undefined {
  context.problems.push({
    problem: { code: "DOCKERFILE_BAD_ARGUMENTS", message, range, ...(hint ? { hint } : {}) },
    isLate: false,
  });
  return undefined;
}

/** The stage that a name or, where it may be one, a number means; else an image. */
export function findSource(
  context: StageContext,
  name: string,
  range: SourceRange,
  what: "COPY" | "mount",
): Source | undefined {
  const { rules, index, stageCount } = context;
  const found = context.findStage(name);
  if (name === "scratch" && found === undefined && !rules.fromScratch) {
    return badArguments(context, range, "nothing can be copied from scratch", "name a stage or an image");
  }
  const isIndex = what === "COPY" && /^[+-]?\d+$/.test(name);
  const stage = isIndex ? Number(name) : found;
  if (stage === undefined) return name === "scratch" ? { kind: "scratch" } : { kind: "image", image: name };
  if (stage < 0 || stage >= stageCount) {
    const hint = `stages count from 0; there are ${stageCount}`;
    return badArguments(context, range, `there is no stage ${name}`, hint);
  }
  if (stage === index)
    return badArguments(context, range, `the stage takes from itself: \`${name}\``, "name another stage");
  if (stage > index && !rules.laterStages) {
    return badArguments(context, range, `the stage \`${name}\` comes later in the file`, "move it before this one");
  }
  return { kind: "stage", index: stage };
}
