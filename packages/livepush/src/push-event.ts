import type { PushPlan } from "./push-plan.ts";
import type { CommandOutput } from "./updater.ts";

/** How long the parts of a push took, in milliseconds. */
export interface PushDurations {
  /** Reading what changed, and planning. */
  readonly planMs: number;
  readonly deleteMs: number;
  /** Copying from the context and between stages. */
  readonly copyMs: number;
  readonly runMs: number;
  readonly restartMs: number;
  readonly totalMs: number;
}

/** How a push ended: `pushed`; `unchanged`: no step takes what changed; `cancelled`: the next one does the rest; `failed`. */
export type PushOutcome = "pushed" | "unchanged" | "cancelled" | "failed";

/** The events of a push, with what their listeners are given. */
export interface PushEvents {
  start: [{ readonly plan: PushPlan }];
  end: [{ readonly outcome: PushOutcome; readonly durations: PushDurations }];
  /** Paths as the container has them. */
  files: [{ readonly stageIdx: number; readonly copied: readonly string[]; readonly deleted: readonly string[] }];
  commandExecute: [{ readonly stageIdx: number; readonly command: string }];
  commandOutput: [{ readonly stageIdx: number; readonly output: CommandOutput }];
  commandReturn: [{ readonly stageIdx: number; readonly returnCode: number; readonly command: string }];
  containerRestart: [{ readonly containerId: string }];
  /** Instead of a restart. */
  containerSignal: [{ readonly containerId: string; readonly signal: string }];
  cancel: [];
}

/** Tells the listeners of one event. */
export type Report = <Name extends keyof PushEvents>(name: Name, ...event: PushEvents[Name]) => void;
