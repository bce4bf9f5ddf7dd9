import { restoreRecord } from "./restore-record.ts";
import { type Rendering, RunRestorer } from "./restore-run.ts";
import { readTransposeOptions, type TransposeOptions } from "./transpose-options.ts";

/**
 * Gives a function that takes out of a build's events, one after the other, what the transposition added.
 * {@link getBuildThroughStream} does the same for streams.
 *
 * @throws {EmulateError} EMULATE_BAD_OPTION
 */
export function buildEventRestorer(
  options: TransposeOptions,
): <Event extends { readonly type: string }>(event: Event) => Event {
  const restorer = new RunRestorer(readTransposeOptions(options).containerQemu);
  let rendering: Rendering = "written";
  return (event) => {
    const { type, builder } = event as { type: string; builder?: string };
    if (type === "builder") rendering = builder === "buildkit" ? "buildkit" : "written";
    return restoreRecord(event, restorer, rendering);
  };
}
