import { formatLocation, formatProblem, isSlipwayError, type Problem, SlipwayError } from "@slipway/errors";

/** The code of a {@link BuildFailedError}. */
export type BuildFailedCode = "CLI_BUILD_FAILED";

/** Services of a project could not be built; a problem for each. */
export class BuildFailedError extends SlipwayError<BuildFailedCode> {
  override readonly name: string = "BuildFailedError";
  readonly failures: readonly { readonly service: string; readonly error: unknown }[];

  constructor(failures: readonly { readonly service: string; readonly error: unknown }[]) {
    const problems = failures.map(({ service, error }) => describe(service, error));
    super("CLI_BUILD_FAILED", problems.map((problem) => formatProblem(problem)).join("\n"), {
      problems,
      cause: failures[0]?.error,
    });
    this.failures = failures;
  }
}

function describe(service: string, error: unknown): Problem<BuildFailedCode> {
  const message = error instanceof Error ? error.message : String(error);
  if (!isSlipwayError(error)) return { code: "CLI_BUILD_FAILED", message: `service ${service}: ${message}` };
  const { hint, range } = error;
  // In the service's own context, so not a place that an excerpt could be had of from here.
  const place = range ? `${formatLocation(range)}: ` : "";
  return { code: "CLI_BUILD_FAILED", message: `service ${service}: ${place}${message}`, ...(hint ? { hint } : {}) };
}
