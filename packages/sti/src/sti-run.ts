import { type HoldLimit, type Run, startRun as startAnyRun } from "@slipway/run";
import type { Emit, StiEvent } from "./sti-event.ts";

/** An operation under way. Of its output so much is held for a reader, and the oldest let go for a warning that says so. */
export type StiRun<Result> = Run<StiEvent, Result>;

const heldOutput: HoldLimit<StiEvent> = {
  limit: 16 * 1024 * 1024,
  weigh: (event) => (event.type === "log" ? event.data.length : 0),
  letGo: (weight) => ({
    type: "warning",
    message: `${weight} characters of earlier output were let go, as nobody read them`,
  }),
};

/** A run of `work`, whose events are what `work` emits. */
export function startRun<Result>(work: (emit: Emit) => Promise<Result>): StiRun<Result> {
  return startAnyRun(work, heldOutput);
}
