import path from "node:path";
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

  /** @param cwd where paths are told from; without it they stay absolute */
  constructor(failures: readonly BuildFailure[], cwd?: string) {
    const problems = failures.map((failure) => describe(failure, cwd));
    super("CLI_BUILD_FAILED", problems.map((problem) => formatProblem(problem)).join("\n"), {
      problems,
      cause: failures[0]?.error,
    });
    this.failures = failures;
  }
}

/** All in the message: the place is in the service's own context, so none that could be looked up from here. */
function describe({ service, error, dockerfile }: BuildFailure, cwd: string | undefined): Problem<BuildFailedCode> {
  const message = error instanceof Error ? error.message : String(error);
  const about = [" ", ":"].some((end) => message.startsWith(`service ${service}${end}`)) ? "" : `service ${service}: `;
  if (!isSlipwayError(error)) return { code: "CLI_BUILD_FAILED", message: `${about}${message}` };
  const { hint } = error;
  const range = error.range && { ...error.range, ...fileFrom(cwd, error.range.file) };
  const text = formatProblem({ code: error.code, message, ...(range ? { range } : {}) }, dockerfile);
  return {
    code: "CLI_BUILD_FAILED",
    message: `${about}${text}`,
    ...(hint ? { hint } : {}),
  };
}

function fileFrom(cwd: string | undefined, file: string | undefined): { file?: string } {
  if (file === undefined || cwd === undefined || !path.isAbsolute(file)) return {};
  const relative = path.relative(cwd, file);
  return relative.startsWith("..") ? {} : { file: relative };
}
