import { SlipwayError } from "@slipway/errors";

/** How a run can be used wrongly. */
export type RunErrorCode = /** Its events were iterated a second time. */ "RUN_EVENTS_TAKEN";

/** A run used wrongly. */
export class RunError extends SlipwayError<RunErrorCode> {
  override readonly name: string = "RunError";
}
