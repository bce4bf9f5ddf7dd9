export { EventQueue, type HoldLimit } from "./event-queue.ts";
export { RunError, type RunErrorCode } from "./run-error.ts";
export { type Run, startRun } from "./start-run.ts";
export { timeLimit } from "./time-limit.ts";
