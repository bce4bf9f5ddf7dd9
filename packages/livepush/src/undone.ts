import type { ContextFile } from "./context-listing.ts";
import type { PushAction, PushPlan } from "./push-plan.ts";
import type { Touched } from "./touched.ts";

/** A changed path that not every step of a stage has taken yet. */
export interface UndonePath {
  /** The first step that has not. */
  readonly fromStep: number;
  /** What may be there now, from before the change or from a push that was cut off. */
  readonly maybe: ReadonlySet<ContextFile["type"]>;
}

/** Which step wrote or cleared a place. */
export interface Dirt {
  readonly step: number;
  readonly text: string;
}

/** What an earlier push, cancelled or failed, left undone in one stage. */
export interface StageUndone {
  readonly paths: ReadonlyMap<string, UndonePath>;
  /** Steps that must run again: RUNs, and COPYs from other stages. */
  readonly steps: ReadonlySet<number>;
  /** A command ran again; from this step on COPYs have yet to put back what it may have written over. */
  readonly repairFrom?: number | undefined;
  /** Places that were written or cleared, which later steps have yet to put right. */
  readonly dirty?: ReadonlyMap<string, Dirt> | undefined;
}

/** What was left undone, by stage. */
export interface Undone {
  readonly stages: ReadonlyMap<number, StageUndone>;
  /** The container holds changes that it was not restarted for. */
  readonly restart: boolean;
}

/** Nothing was left undone. */
export const nothingUndone: Undone = { stages: new Map(), restart: false };

/**
 * What a plan left undone.
 * @param done how many actions of each stage of the plan were done
 * @param before what had been left undone when it was planned
 * @param touched what each stage's steps had yet to see when it was planned
 */
export function undoneAfter(
  plan: PushPlan,
  done: ReadonlyMap<number, number>,
  touched: (stage: number) => readonly Touched[],
  restart: boolean,
  before?: Undone["stages"],
): Undone {
  const stages = new Map<number, StageUndone>();
  for (const { stage, actions } of plan.stages) {
    const count = done.get(stage) ?? 0;
    const left = actions.slice(count);
    const ranAlready = actions.slice(0, count).some(isOwed) || before?.get(stage)?.repairFrom !== undefined;
    const [next] = left;
    if (!next) continue;
    stages.set(stage, {
      paths: new Map(
        touched(stage).map(({ path, fromStep, maybe, now }) => [
          path,
          // It may have got there already.
          { fromStep: Math.max(fromStep, next.step), maybe: new Set([...maybe, ...(now ? [now.type] : [])]) },
        ]),
      ),
      steps: new Set(left.flatMap((action) => (isOwed(action) ? [action.step] : []))),
      repairFrom: ranAlready ? left.find(isRepair)?.step : undefined,
      dirty: new Map([...(before?.get(stage)?.dirty ?? []), ...actions.slice(0, count).flatMap(dirtied)]),
    });
  }
  return { stages, restart };
}

/** Whether it must be done whatever changes next. */
function isOwed(action: PushAction): boolean {
  return action.kind === "run" || (action.kind === "flow" && action.update);
}

function isRepair(action: PushAction): boolean {
  return action.kind === "repair" || (action.kind === "flow" && action.repair);
}

function dirtied(action: PushAction): [target: string, dirt: Dirt][] {
  const { step, text } = action;
  if (action.kind === "delete") return action.items.map(({ path }) => [path, { step, text }]);
  return action.kind === "copy" ? action.items.map(({ destination }) => [destination, { step, text }]) : [];
}
