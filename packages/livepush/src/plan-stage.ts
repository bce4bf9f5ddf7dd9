import type { CopyStep, RunStep } from "@slipway/dockerfile";
import { copyItem } from "./copy-item.ts";
import { cleanPath, pathWithin } from "./container-path.ts";
import type { ContextChange } from "./context-change.ts";
import type { ContextView } from "./context-listing.ts";
import { CopyMapping } from "./copy-mapping.ts";
import type { EffectiveStep } from "./effective-steps.ts";
import { needsAccounts, type Owner, readOwner, root } from "./owner.ts";
import { planCopy } from "./plan-copy.ts";
import type { CopyAttributes, PlannedCopy } from "./planned-copy.ts";
import type { CopyItem, DeleteItem, FlowAction, PushAction, RebuildReason } from "./push-plan.ts";
import { resolveLinks } from "./resolve-links.ts";
import { mountSource, runMounts, runObstacles } from "./run-command.ts";
import type { Destination, Facts, Question } from "./stage-facts.ts";
import { type Touched, touchedPaths } from "./touched.ts";
import type { Dirt, StageUndone } from "./undone.ts";

/** One stage to be planned, and what it depends on. */
export interface StageInput {
  readonly stage: number;
  readonly final: boolean;
  readonly steps: readonly EffectiveStep[];
  readonly context: ContextView;
  readonly changes: readonly ContextChange[];
  readonly undone: StageUndone | undefined;
  readonly facts: Facts;
  readonly ask: (question: Question) => void;
  /** Stages before it that something will change in. */
  readonly changedStages: ReadonlySet<number>;
  readonly liveFrom: { readonly stage: number; readonly step: number } | undefined;
  readonly environmentKnown: boolean;
  readonly mounted: readonly string[];
}

/** What is to be done in one stage. */
export interface StageResult {
  readonly actions: readonly PushAction[];
  readonly needsRebuild: readonly RebuildReason[];
  readonly warnings: readonly string[];
}

/** What engines put into PATH where neither image nor Dockerfile do. */
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Plans one stage: its steps in order, each seeing what those before it did. */
export function planStage(input: StageInput): StageResult {
  const planner = new StagePlanner(input);
  input.steps.forEach((_, index) => planner.step(index));
  return planner;
}

class StagePlanner implements StageResult {
  readonly actions: PushAction[] = [];
  readonly needsRebuild: RebuildReason[] = [];
  readonly warnings: string[] = [];
  readonly #input: StageInput;
  readonly #touched: readonly Touched[];
  readonly #copies: PlannedCopy[] = [];
  /** Places in the container that a step of this plan, or of one that was cut off, wrote or cleared. */
  readonly #dirty: Map<string, Dirt>;
  /** The COPYs from elsewhere so far. */
  readonly #flows: {
    readonly index: number;
    readonly step: CopyStep;
    readonly destination: string;
    readonly from: FlowAction["from"];
  }[] = [];
  /** What the first invalid step was; for sure, or only if a COPY from another stage brings something. */
  #invalid: string | undefined;
  #invalidForSure = false;
  #ranAgain: string | undefined;

  constructor(input: StageInput) {
    this.#input = input;
    this.#touched = touchedPaths(input.changes, input.undone, input.context);
    this.#dirty = new Map(input.undone?.dirty);
  }

  step(index: number): void {
    const { step } = this.#input.steps[index] as EffectiveStep;
    if (step.kind === "run") this.#run(index, step);
    else if (step.kind === "copy" || step.kind === "add") this.#copy(index, step);
  }

  #copy(index: number, step: CopyStep): void {
    if (step.from) return this.#flow(index, step);
    const local = step.sources.filter((source) => !isRemote(step, source));
    if (local.length < step.sources.length && this.#invalid !== undefined) {
      this.#rebuild(step, `\`${step.text}\` would download again, after ${this.#invalid}`);
    }
    const { stage, facts, ask } = this.#input;
    const at = (): Destination | undefined => {
      const known = facts.destination(stage, step.destination);
      if (!known) ask({ kind: "folder", stage, path: step.destination });
      return known;
    };
    const mapping = new CopyMapping({ ...step, sources: local }, this.#input.context, at);
    let attributes: CopyAttributes | undefined;
    const copy: PlannedCopy = { step, mapping, attributes: () => (attributes ??= this.#attributes(step)) };
    const { deletes, copies, needsRebuild, warnings } = planCopy({
      copy,
      touched: this.#touched.filter(({ fromStep }) => fromStep <= index),
      earlier: this.#copies,
      dirty: this.#dirtyBefore(index),
      mounted: this.#input.mounted,
      context: this.#input.context,
      at,
      canDelete: () => this.#hasShell(),
    });
    this.#copies.push(copy);
    this.needsRebuild.push(...needsRebuild);
    this.warnings.push(...warnings);
    const [first] = [...deletes, ...copies];
    if (first) {
      const base = { ...this.#base(index), why: first.why };
      if (deletes.length > 0) this.actions.push({ ...base, kind: "delete", items: deletes });
      if (copies.length > 0) this.actions.push({ ...base, kind: "copy", items: copies });
      for (const { path } of deletes) this.#dirty.set(path, { step: index, text: step.text });
      for (const { destination } of copies) this.#dirty.set(destination, { step: index, text: step.text });
      this.#invalidate(step, true);
    }
    this.#uncover(index, deletes);
    this.#repair(index, copy, copies);
    for (const archive of mapping.archives()) this.#unpack(index, step, archive);
  }

  /** An ADD of an archive: again if that changed, or to put right what came over it. */
  #unpack(index: number, step: CopyStep, archive: string): void {
    const change = this.#touched.find(({ path, fromStep }) => path === archive && fromStep <= index);
    const kind = this.#input.context.get(archive)?.archive;
    const destination = cleanPath(step.destination);
    this.#flows.push({ index, step, destination, from: { archive } });
    const update = change !== undefined;
    const { targets, repair, cause } = this.#overwritten(index, destination);
    if (!update && !repair && targets.length === 0) return;
    if (kind === "other") {
      return this.#rebuild(step, `\`${step.text}\` unpacks ${archive}, which only builders can`, archive);
    }
    if (step.chmod !== undefined)
      return this.#rebuild(step, `\`${step.text}\` unpacks ${archive} with --chmod`, archive);
    if (change && (change.sure ? change.before?.archive === false : change.maybe.size > 1)) {
      return this.#rebuild(step, `\`${step.text}\` unpacks ${archive}, which was no archive before`, archive);
    }
    const why = update ? `${archive} changed` : `${cause} may have written over it`;
    this.#pushFlow(index, index, step, { archive }, { update, repair, targets, why });
    if (update) this.#invalidate(step, true);
    if (update) this.#ranAgain ??= `\`${step.text}\``;
  }

  /** What of a step's destination earlier steps of this plan, or of one that was cut off, may have changed. */
  #overwritten(index: number, destination: string): { targets: string[]; repair: boolean; cause: string } {
    const dirty = this.#dirtyBefore(index);
    const targets = [...dirty.keys()].filter((target) => pathWithin(destination, target) !== undefined);
    const repair = this.#ranAgain !== undefined || this.#ranEarlier(index);
    return { targets, repair, cause: this.#ranAgain ?? dirty.get(targets[0] ?? "") ?? "a command" };
  }

  #hasShell(): boolean {
    const { stage, facts, ask } = this.#input;
    const shell = facts.shell(stage);
    if (shell === undefined) ask({ kind: "shell", stage });
    return shell ?? true;
  }

  #repair(index: number, copy: PlannedCopy, copied: readonly CopyItem[]): void {
    const fromEarlier = this.#ranEarlier(index);
    if (this.#ranAgain === undefined && !fromEarlier) return;
    const done = new Set(copied.map((item) => item.destination));
    const why = `${this.#ranAgain ?? "a command"} ran again and may have written over it`;
    // Where two sources meet, the last one wins.
    const items = new Map<string, CopyItem>();
    for (const { path, target } of copy.mapping.everything()) {
      if (done.has(target)) continue;
      if (this.#input.mounted.some((mount) => pathWithin(mount, target) !== undefined)) continue;
      const item = copyItem(copy, path, target, why);
      if (item) items.set(target, item);
    }
    if (items.size === 0) return;
    this.actions.push({ ...this.#base(index), kind: "repair", items: [...items.values()], fromEarlier, why });
  }

  /** Places that steps before this one wrote or cleared, each with the step's text. */
  #dirtyBefore(index: number): Map<string, string> {
    return new Map(
      [...this.#dirty].flatMap(([target, { step, text }]) => (step < index ? [[target, `\`${text}\``]] : [])),
    );
  }

  /** Whether an earlier push ran a command whose damage this step has yet to repair. */
  #ranEarlier(index: number): boolean {
    const repairFrom = this.#input.undone?.repairFrom;
    return repairFrom !== undefined && index >= repairFrom;
  }

  /** A COPY from a stage or an image: again if that changed, or to put right what came over it. */
  #flow(index: number, step: CopyStep): void {
    if (step.from === undefined || step.from.kind === "scratch") return;
    const destination = cleanPath(step.destination);
    const from = step.from.kind === "stage" ? step.from.index : step.from.image;
    this.#flows.push({ index, step, destination, from });
    const upstream = step.from.kind === "stage" && this.#input.changedStages.has(step.from.index);
    const update = upstream || (this.#input.undone?.steps.has(index) ?? false);
    const { targets, repair, cause } = this.#overwritten(index, destination);
    if (!update && !repair && targets.length === 0) return;
    const why = upstream
      ? "the stage that it copies from changes"
      : update
        ? "an earlier push left it undone"
        : `${cause} may have written over it`;
    this.#pushFlow(index, index, step, from, { update, repair, targets, why });
    if (!update) return;
    this.#invalidate(step, false);
    this.#ranAgain ??= `\`${step.text}\``;
  }

  /** What is deleted may have hidden what an earlier COPY brought from elsewhere. */
  #uncover(index: number, deletes: readonly DeleteItem[]): void {
    for (const flow of this.#flows) {
      const targets = deletes.flatMap(({ path }) => (pathWithin(flow.destination, path) === undefined ? [] : [path]));
      if (targets.length === 0) continue;
      const why = `${targets[0]} is gone and may have hidden what it brought`;
      this.#pushFlow(index, flow.index, flow.step, flow.from, { update: false, repair: false, targets, why });
    }
  }

  #pushFlow(
    index: number,
    of: number,
    step: CopyStep,
    from: FlowAction["from"],
    what: Pick<FlowAction, "update" | "repair" | "targets" | "why">,
  ): void {
    if (step.parents || step.exclude.length > 0) {
      return this.#rebuild(step, `\`${step.text}\` uses --parents or --exclude, which live push can't follow`);
    }
    const { owner, mode } = this.#attributes(step);
    this.actions.push({
      ...this.#base(index),
      text: step.text,
      kind: "flow",
      of,
      from,
      // What is unpacked keeps its owners, whatever --chown says.
      ...(step.chown === undefined || typeof from === "object" ? {} : { owner }),
      ...(mode === undefined ? {} : { mode }),
      ...what,
    });
  }

  #run(index: number, step: RunStep): void {
    const due = this.#input.undone?.steps.has(index) ?? false;
    const read = this.#mountedChange(index, step);
    if (read !== undefined) this.#invalidate(step, true);
    if (!due && this.#invalid === undefined) return;
    const obstacles = runObstacles(step);
    if (!this.#input.environmentKnown) {
      obstacles.push({
        message: `\`${step.text}\` must run again, but its base image is not on the engine, so its environment is not known`,
        range: step.range,
      });
    }
    const mounts = runMounts(step);
    if (mounts.length > 0 && !this.#hasShell()) {
      obstacles.push({
        message: `\`${step.text}\` has mounts, and the container has no shell to show them`,
        range: step.range,
      });
    }
    if (obstacles.length > 0) return void this.needsRebuild.push(...obstacles);
    const { workdir, user } = step.before;
    this.actions.push({
      ...this.#base(index),
      kind: "run",
      command: step.command || step.argv.join(" "),
      argv: step.argv,
      env: { PATH: defaultPath, ...step.environment },
      workdir: workdir || "/",
      user: user || "0",
      mounts,
      onlyIfFlowed: !due && !this.#invalidForSure,
      why:
        read ?? (this.#invalid === undefined ? "an earlier push left it undone" : `${this.#invalid} comes before it`),
    });
    if (due) this.#invalidate(step, true);
    this.#ranAgain = `\`${step.text}\``;
  }

  /** What of a RUN's mounts changes, if anything does. */
  #mountedChange(index: number, step: RunStep): string | undefined {
    for (const mount of step.mounts) {
      if (mount.type !== "bind") continue;
      if (mount.from) {
        if (mount.from.kind !== "stage" || !this.#input.changedStages.has(mount.from.index)) continue;
        return "the stage that it mounts changes";
      }
      const end = resolveLinks(this.#input.context, mountSource(mount));
      const hit = this.#touched.find(
        ({ path, fromStep }) =>
          fromStep <= index && [end, mountSource(mount)].some((source) => source !== undefined && meets(source, path)),
      );
      if (hit) return `it reads ${hit.path} through a mount`;
    }
    return undefined;
  }

  /** Owner and mode of what a step copies; says so where they can't be told. */
  #attributes(step: CopyStep): { owner: Owner; mode: number | undefined } {
    const { stage, facts, ask } = this.#input;
    let owner: Owner | undefined = root;
    if (step.chown !== undefined) {
      const accounts = facts.accounts(stage);
      const asked = needsAccounts(step.chown) && !accounts;
      if (asked) ask({ kind: "accounts", stage });
      owner = asked ? root : readOwner(step.chown, accounts);
      if (!owner)
        this.#rebuild(step, `\`${step.text}\` names an owner, ${step.chown}, that the container doesn't have`);
    }
    const isOctal = step.chmod === undefined || /^[0-7]{1,4}$/.test(step.chmod);
    if (!isOctal) this.#rebuild(step, `\`${step.text}\` has a --chmod that is no octal number`);
    return { owner: owner ?? root, mode: step.chmod !== undefined && isOctal ? parseInt(step.chmod, 8) : undefined };
  }

  #invalidate(step: CopyStep | RunStep, forSure: boolean): void {
    this.#invalid ??= `\`${step.text}\``;
    this.#invalidForSure ||= forSure;
  }

  #rebuild(step: CopyStep | RunStep, message: string, path?: string): void {
    this.needsRebuild.push({ message, range: step.range, ...(path === undefined ? {} : { path }) });
  }

  #base(index: number): { step: number; text: string; range: EffectiveStep["step"]["range"]; restarts: boolean } {
    const { stage, step } = this.#input.steps[index] as EffectiveStep;
    const { liveFrom, final } = this.#input;
    const live = liveFrom !== undefined && stage === liveFrom.stage && step.index >= liveFrom.step;
    return { step: index, text: step.text, range: step.range, restarts: final && !live };
  }
}

/** Whether either path is the other, or lies below it. */
function meets(source: string, path: string): boolean {
  return source === "" || path === source || path.startsWith(`${source}/`) || source.startsWith(`${path}/`);
}

function isRemote(step: CopyStep, source: string): boolean {
  return step.kind === "add" && /^(?:[a-z][a-z0-9+.-]*:\/\/|git@)/i.test(source);
}
