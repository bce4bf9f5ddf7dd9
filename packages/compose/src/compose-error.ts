import { type Problem, SlipwayError, summarize } from "@slipway/errors";

/** What can be wrong with a composition. */
export type ComposeErrorCode =
  | "COMPOSE_BAD_YAML"
  | "COMPOSE_DUPLICATE_KEY"
  | "COMPOSE_UNKNOWN_FIELD"
  | "COMPOSE_BAD_VALUE"
  | "COMPOSE_MISSING_FIELD"
  | "COMPOSE_BAD_INTERPOLATION"
  | "COMPOSE_REQUIRED_VARIABLE"
  | "COMPOSE_UNSUPPORTED"
  | "COMPOSE_UNKNOWN_REFERENCE"
  | "COMPOSE_DEPENDENCY_CYCLE"
  | "COMPOSE_BAD_NAME"
  | "COMPOSE_FILE_NOT_FOUND"
  | "COMPOSE_OBSOLETE_VERSION"
  | "COMPOSE_UNSET_VARIABLE";

/** Everything wrong in a project's compose files. */
export class ComposeError extends SlipwayError<ComposeErrorCode> {
  override readonly name: string = "ComposeError";

  /** Throws one error for all problems, if there are any. */
  static throwAll(problems: readonly Problem<ComposeErrorCode>[]): void {
    const [first, ...more] = problems;
    if (!first) return;
    const { code, message, options } = summarize([first, ...more]);
    throw new ComposeError(code, message, options);
  }
}
