import { formatProblem, isSlipwayError, type Problem, SlipwayError } from "@slipway/errors";

/** The code of a {@link BuildFailedError}. */
export type BuildFailedCode = "CLI_BUILD_FAILED";

/** A service that could not be built. */
export interface BuildFailure {
  readonly service: string;
  readonly error: unknown;
  /** The Dockerfile's text, to show the place in. */
  readonly dockerfile?: string | undefined;
}

/** Services of a project could not be built; a problem for each. */
export class BuildFailedError extends SlipwayError<BuildFailedCode> {
  override readonly name: string = "BuildFailedError";
  readonly failures: readonly BuildFailure[];

  constructor(failures: readonly BuildFailure[]) {
    const problems = failures.map(describe);
    super("CLI_BUILD_FAILED", problems.map((problem) => formatProblem(problem)).join("\n"), {
      problems,
      cause: failures[0]?.error,
    });
    this.failures = failures;
  }
}

/** All in the message: the place is in the service's own context, so none that could be looked up from here. */
function describe({ service, error, dockerfile }: BuildFailure): Problem<BuildFailedCode> {
  const message = error instanceof Error ? error.message : String(error);
  if (!isSlipwayError(error)) return { code: "CLI_BUILD_FAILED", message: `service ${service}: ${message}` };
  const { hint, range } = error;
  const text = formatProblem({ code: error.code, message, ...(range ? { range } : {}) }, dockerfile);
  return {
    code: "CLI_BUILD_FAILED",
    message: `service ${service}: ${text}`,
    ...(hint ? { hint } : {}),
  };
}
