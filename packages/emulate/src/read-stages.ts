import {
  type Dockerfile,
  DockerfileError,
  expand,
  ExpansionProblem,
  type ImageConfig,
  type Instruction,
  parse,
} from "@slipway/dockerfile";

/** A RUN and what it needs to be run by another program. */
export interface FoundRun {
  readonly instruction: Instruction;
  readonly shell: readonly string[];
  /** Which of the names that shells set too ENV and ARG have set before it. */
  readonly names: ReadonlySet<string>;
}

/** A stage, as far as a transposition needs it: it is read without the values that only the build knows. */
export interface FoundStage {
  readonly from: Instruction;
  /** Of the stage that it is based on. */
  readonly base: number | undefined;
  /** Whether there is nothing in it but what its own steps, and those of its bases, put in. */
  readonly onScratch: boolean;
  /** Whether it is of the platform that builds, so that nothing of it is emulated. */
  readonly isNative: boolean;
  readonly runs: readonly FoundRun[];
  /** What its base runs at its start. */
  readonly triggered: readonly string[];
}

/** What is known beside the text. */
export interface ReadStagesOptions {
  readonly baseConfig?: ((image: string) => ImageConfig | undefined) | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  readonly buildPlatform?: string | undefined;
}

interface State {
  readonly name: string | undefined;
  names: ReadonlySet<string>;
  readonly onbuild: string[];
  shell: readonly string[];
}

/** Reads the stages of a Dockerfile. */
export function readStages(tree: Dockerfile, options: ReadStagesOptions): FoundStage[] {
  const found: FoundStage[] = [];
  const states: State[] = [];
  const globals = new Map<string, string>();
  let runs: FoundRun[] = [];
  for (const instruction of tree.instructions) {
    const state = states.at(-1);
    if (instruction.keyword === "FROM") {
      const opened = open(instruction, { found, states, globals, options, escape: tree.escape });
      runs = opened.runs;
      found.push(opened.stage);
      states.push(opened.state);
    } else if (!state) readGlobal(instruction, globals, options, tree.escape);
    else if (instruction.keyword === "RUN") {
      runs.push({ instruction, shell: state.shell, names: state.names });
    } else apply(instruction, state);
  }
  return found;
}

interface OpenContext {
  readonly found: readonly FoundStage[];
  readonly states: readonly State[];
  readonly globals: ReadonlyMap<string, string>;
  readonly options: ReadStagesOptions;
  readonly escape: string;
}

function open(from: Instruction, context: OpenContext): { stage: FoundStage; state: State; runs: FoundRun[] } {
  const { found, states, options } = context;
  const [written = "", as, alias] = from.args.trim().split(/\s+/);
  const image = expandKnown(written, context.globals, context.escape);
  const name = as?.toLowerCase() === "as" ? alias?.toLowerCase() : undefined;
  const at = states.findLastIndex((state) => state.name !== undefined && state.name === image?.toLowerCase());
  const base = at < 0 ? undefined : at;
  const parent = base === undefined ? undefined : states[base];
  const known = parent || image === undefined ? undefined : options.baseConfig?.(image);
  const state: State = {
    name,
    names: new Set(parent?.names ?? Object.keys(known?.env ?? {})),
    onbuild: [],
    shell: parent?.shell ?? known?.shell ?? ["/bin/sh", "-c"],
  };
  const triggered: string[] = [];
  for (const text of parent?.onbuild ?? known?.onbuild ?? []) {
    const trigger = parseTrigger(text);
    if (trigger?.keyword === "RUN") triggered.push(text);
    else if (trigger) apply(trigger, state);
  }
  const runs: FoundRun[] = [];
  const parentStage = base === undefined ? undefined : found[base];
  const stage: FoundStage = {
    from,
    base,
    onScratch: parentStage?.onScratch ?? image === "scratch",
    isNative: parentStage?.isNative ?? isOfBuilder(from, context),
    runs,
    triggered,
  };
  return { stage, state, runs };
}

function isOfBuilder(from: Instruction, { globals, options, escape }: OpenContext): boolean {
  const written = from.flags.find((flag) => flag.name === "platform")?.value;
  if (written === undefined) return false;
  if (/\$\{?BUILD(PLATFORM|OS|ARCH)\b/.test(written)) return true;
  return options.buildPlatform !== undefined && expandKnown(written, globals, escape) === options.buildPlatform;
}

/** What an instruction changes for the RUNs after it. */
function apply(instruction: Instruction, state: State): void {
  const { keyword, args, trigger } = instruction;
  if (keyword === "SHELL") state.shell = shellOf(args) ?? state.shell;
  else if (keyword === "ENV" || keyword === "ARG") state.names = withNames(state.names, args);
  else if (keyword === "ONBUILD" && trigger) state.onbuild.push(trigger.text);
}

/** A SHELL that is no list of texts is the engine's to refuse. */
function shellOf(args: string): readonly string[] | undefined {
  try {
    const list: unknown = JSON.parse(args);
    return Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}

/** What shells set for themselves; without a shell a program would not find it. */
export const shellsOwn: readonly string[] = ["OLDPWD", "PWD", "SHLVL", "_"];

function withNames(names: ReadonlySet<string>, args: string): ReadonlySet<string> {
  if (!/(?:^|\s)(?:OLDPWD|PWD|SHLVL|_)(?=[=\s]|$)/.test(args)) return names;
  const added = shellsOwn.filter((name) => new RegExp(`(?:^|\\s)${name}(?=[=\\s]|$)`).test(args));
  return new Set([...names, ...added]);
}

function readGlobal(
  { keyword, args }: Instruction,
  globals: Map<string, string>,
  { buildArgs }: ReadStagesOptions,
  escape: string,
): void {
  if (keyword !== "ARG") return;
  for (const word of args.trim().split(/\s+/)) {
    const [name = "", ...rest] = word.split("=");
    const given = buildArgs && Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined;
    const value = given ?? (rest.length === 0 ? undefined : expandKnown(rest.join("="), globals, escape));
    if (value === undefined) globals.delete(name);
    else globals.set(name, value);
  }
}

/** A text with its variables in; undefined where it comes out empty or wrong, which the build then says. */
function expandKnown(text: string, globals: ReadonlyMap<string, string>, escape: string): string | undefined {
  try {
    return expand(text, (name) => globals.get(name), escape) || undefined;
  } catch (error) {
    if (error instanceof ExpansionProblem) return undefined;
    throw error;
  }
}

function parseTrigger(text: string): Instruction | undefined {
  try {
    return parse(text).instructions[0];
  } catch (error) {
    if (error instanceof DockerfileError) return undefined;
    throw error;
  }
}
