import path from "node:path";
import type { Stage } from "@slipway/dockerfile";
import type { Engine } from "@slipway/transport";
import { CommandFailedError } from "./command-failed-error.ts";
import { contextBatch } from "./context-batch.ts";
import type { ContextView } from "./context-listing.ts";
import { effectiveSteps } from "./effective-steps.ts";
import { mountContent } from "./mount-content.ts";
import type { PushDurations, Report } from "./push-event.ts";
import type { FlowAction, PushAction, PushPlan, RepairAction, RunAction, StagePlan } from "./push-plan.ts";
import { type Flow, flowChanges, readArchiveFlow, readFlow } from "./stage-flow.ts";
import { statDestination } from "./stat-path.ts";
import type { Updater } from "./updater.ts";

/** Where the updaters of stages come from. */
interface Containers {
  containerOf(stage: number): Promise<string>;
  /** A container to copy from, of a stage or an image. */
  sourceOf(from: number | string): Promise<string>;
  updater(stage: number): Promise<Updater>;
  updaterWithShell(stage: number): Promise<Updater>;
}

/** What applying a plan needs. */
export interface ApplyOptions {
  readonly engine: Engine;
  readonly stages: readonly Stage[];
  /** Of the context. */
  readonly directory: string;
  readonly context: ContextView;
  readonly containers: Containers;
  /** What each COPY --from brought last, by stage and step; brought up to date. */
  readonly flows: Map<string, Flow>;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Told of each action as it is done, in order, and whether it changed anything. */
  readonly onDone: (stage: StagePlan, action: PushAction, changed: boolean) => void;
}

/** Durations that applying adds up. */
export type ApplyDurations = { -readonly [Part in "deleteMs" | "copyMs" | "runMs"]: PushDurations[Part] };

/** How long taking a command's mounts away may take, in milliseconds. */
const putBackTimeout = 60_000;

/** How much of a failed command's output its error holds, in characters. */
const lastOutput = 2_000;

/** Applies a plan: its stages one after the other, their actions in order; the first failure ends it. */
export async function applyPlan(plan: PushPlan, options: ApplyOptions): Promise<ApplyDurations> {
  const durations: ApplyDurations = { deleteMs: 0, copyMs: 0, runMs: 0 };
  await rememberFlows(plan, options);
  for (const stage of plan.stages) await new StageApplier(stage, options, durations).apply();
  return durations;
}

/** A COPY --from is compared with what the image was built with, so that is read before anything changes it. */
async function rememberFlows(plan: PushPlan, options: ApplyOptions): Promise<void> {
  for (const { stage, actions } of plan.stages) {
    for (const action of actions) {
      if (action.kind !== "flow" || options.flows.has(flowKey(stage, action))) continue;
      options.flows.set(flowKey(stage, action), await flowOf(stage, action, options));
    }
  }
}

/** Where the session keeps what a COPY from elsewhere, or an ADD of an archive, brought last. */
export function flowKey(stage: number, action: Pick<FlowAction, "of" | "from">): string {
  return `${stage} ${action.of} ${typeof action.from === "object" ? action.from.archive : ""}`;
}

async function flowOf(stage: number, action: FlowAction, options: ApplyOptions): Promise<Flow> {
  const { engine, containers, stages, signal } = options;
  const found = effectiveSteps(stages, stage)[action.of];
  if (found?.step.kind !== "copy" && found?.step.kind !== "add") throw new TypeError("a flow belongs to a COPY");
  if (typeof action.from === "object") {
    return readArchiveFlow(path.join(options.directory, action.from.archive), found.step);
  }
  const [source, target] = await Promise.all([containers.sourceOf(action.from), containers.containerOf(stage)]);
  const destination = await statDestination(engine, target, found.step.destination, signal);
  return readFlow(engine, source, found.step, () => destination, signal);
}

class StageApplier {
  readonly #plan: StagePlan;
  readonly #options: ApplyOptions;
  readonly #durations: ApplyDurations;
  #flowed = false;
  #mark: number | undefined;

  constructor(plan: StagePlan, options: ApplyOptions, durations: ApplyDurations) {
    this.#plan = plan;
    this.#options = options;
    this.#durations = durations;
  }

  async apply(): Promise<void> {
    const { containers, signal, onDone } = this.#options;
    const { stage, actions } = this.#plan;
    if (actions.some((action) => action.kind === "repair" || (action.kind === "flow" && action.repair))) {
      this.#mark = await (await containers.updater(stage)).mark(signal);
    }
    for (const action of actions) {
      signal.throwIfAborted();
      const started = performance.now();
      const part = action.kind === "run" ? "runMs" : action.kind === "delete" ? "deleteMs" : "copyMs";
      try {
        onDone(this.#plan, action, await this.#do(action));
      } finally {
        this.#durations[part] += performance.now() - started;
      }
    }
  }

  /** @returns whether it changed anything */
  async #do(action: PushAction): Promise<boolean> {
    const { containers, directory, report, signal } = this.#options;
    const { stage } = this.#plan;
    switch (action.kind) {
      case "delete": {
        await (await containers.updaterWithShell(stage)).remove(action.items, signal);
        report("files", { stageIdx: stage, copied: [], deleted: action.items.map(({ path }) => path) });
        return true;
      }
      case "copy": {
        const batch = await contextBatch(directory, action.items);
        await (await containers.updater(stage)).put(batch, signal);
        report("files", { stageIdx: stage, copied: batch.files.map(({ name }) => name), deleted: [] });
        return true;
      }
      case "repair":
        return this.#repair(action);
      case "flow":
        return this.#flow(action);
      case "run":
        return this.#run(action);
      default:
        return action satisfies never;
    }
  }

  async #repair(action: RepairAction): Promise<boolean> {
    const { containers, directory, report, signal } = this.#options;
    const { stage } = this.#plan;
    const updater = await containers.updater(stage);
    const paths = action.items.map(({ destination }) => destination);
    const mark = action.fromEarlier ? undefined : this.#mark;
    const changed = mark === undefined ? undefined : await updater.changedSince(mark, paths, signal);
    const items = changed ? action.items.filter(({ destination }) => changed.has(destination)) : action.items;
    if (items.length === 0) return false;
    const batch = await contextBatch(directory, items);
    await updater.put(batch, signal);
    // A folder changes with each file that comes or goes in it: no news.
    const copied = batch.files.flatMap(({ name, type }) => (type === "directory" ? [] : [name]));
    if (copied.length > 0) report("files", { stageIdx: stage, copied, deleted: [] });
    return copied.length > 0;
  }

  async #flow(action: FlowAction): Promise<boolean> {
    const { containers, flows, report, signal } = this.#options;
    const { stage } = this.#plan;
    const before = flows.get(flowKey(stage, action)) as Flow;
    const after = action.update ? await flowOf(stage, action, this.#options) : before;
    const updater = await containers.updater(stage);
    const putBack = new Set(action.targets);
    if (action.repair) {
      const paths = [...after.placed.keys()];
      const changed = this.#mark === undefined ? undefined : await updater.changedSince(this.#mark, paths, signal);
      for (const path of changed ?? paths) putBack.add(path);
    }
    const { deletes, batch } = flowChanges(action, before, after, putBack);
    if (deletes.length > 0) await (await containers.updaterWithShell(stage)).remove(deletes, signal);
    if (batch.files.length > 0) await (await containers.updater(stage)).put(batch, signal);
    flows.set(flowKey(stage, action), after);
    const deleted = deletes.map(({ path }) => path);
    const copied = batch.files.flatMap(({ name, type }) => (type === "directory" && putBack.has(name) ? [] : [name]));
    if (deleted.length + copied.length === 0) return false;
    report("files", { stageIdx: stage, copied, deleted });
    if (action.update) this.#flowed = true;
    return true;
  }

  async #mount(action: RunAction, updater: Updater): Promise<void> {
    const { mounts } = action;
    if (mounts.length === 0) return;
    const { containers, directory, engine, context, signal } = this.#options;
    const sources = { engine, directory, context, sourceOf: (from: number | string) => containers.sourceOf(from) };
    const targets = mounts.map(({ target }) => target);
    try {
      await updater.setAside(targets, signal);
      for (const mount of mounts) await updater.put(await mountContent(mount, action, sources, signal), signal);
    } catch (error) {
      await updater.putBack(AbortSignal.timeout(putBackTimeout)).catch(() => undefined); // the first error says it
      throw error;
    }
  }

  async #run(action: RunAction): Promise<boolean> {
    if (action.onlyIfFlowed && !this.#flowed) return false;
    const { containers, report, signal } = this.#options;
    const stageIdx = this.#plan.stage;
    const updater = await containers.updaterWithShell(stageIdx);
    const { command } = action;
    let output = "";
    await this.#mount(action, updater);
    report("commandExecute", { stageIdx, command });
    let exitCode: number;
    try {
      exitCode = await updater.run({
        ...action,
        signal,
        onOutput: (chunk) => {
          output = (output + chunk.data.toString()).slice(-lastOutput);
          report("commandOutput", { stageIdx, output: chunk });
        },
      });
    } finally {
      // Also once it is cancelled: nothing else would take them away before the next time.
      if (action.mounts.length > 0) await updater.putBack(AbortSignal.timeout(putBackTimeout));
    }
    report("commandReturn", { stageIdx, returnCode: exitCode, command });
    if (exitCode === 0) return true;
    throw new CommandFailedError({ exitCode, stageIdx, command, output, range: action.range });
  }
}
