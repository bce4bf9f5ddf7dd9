import { formatProblem, isSlipwayError, type Problem, SlipwayError } from "@slipway/errors";
import type { PushFailure } from "./push-images.ts";

/** Images were built, and could not be pushed; a problem for each. */
export class PushFailedError extends SlipwayError<"CLI_PUSH_FAILED"> {
  override readonly name: string = "PushFailedError";

  constructor(failures: readonly PushFailure[]) {
    const problems = failures.map(describe);
    super("CLI_PUSH_FAILED", problems.map((problem) => formatProblem(problem)).join("\n"), {
      problems,
      cause: failures[0]?.error,
    });
  }
}

function describe({ service, image, error }: PushFailure): Problem<"CLI_PUSH_FAILED"> {
  const reason = error instanceof Error ? error.message : String(error);
  // The engine's words may name the image already.
  const message = `service ${service}: ${reason.includes(image) ? reason : `pushing ${image}: ${reason}`}`;
  const hint = isSlipwayError(error) ? error.hint : undefined;
  return { code: "CLI_PUSH_FAILED", message, ...(hint ? { hint } : {}) };
}
