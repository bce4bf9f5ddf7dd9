import { isSlipwayError, SlipwayError } from "@slipway/errors";
import { isAbort } from "./exit-code.ts";
import type { Io } from "./io.ts";

/** Runs a command's action such that, if it fails, the last line printed is the reason: what to do goes before it. */
export async function reasonLast(io: Io, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (isAbort(error) && io.signal.aborted) io.stderr.write("interrupted; what was made on the way is removed\n");
    if (!isSlipwayError(error)) throw error;
    for (const hint of new Set(error.problems.map((problem) => problem.hint))) {
      if (hint) io.stderr.write(`hint: ${hint}\n`);
    }
    const message = error.problems.map((problem) => problem.message).join("; ");
    throw new SlipwayError(error.code, message.replaceAll(/\s*\n\s*/g, " "), { cause: error });
  }
}
