import { type Problem, SlipwayError, summarize } from "@slipway/errors";

/** What can be wrong with a composition. */
export type ComposeErrorCode =
  | "COMPOSE_SYNTAX"
  | "COMPOSE_EMPTY"
  | "COMPOSE_DUPLICATE_KEY"
  | "COMPOSE_KEY_NOT_STRING"
  | "COMPOSE_TOO_LARGE"
  | "COMPOSE_VERSION_1"
  | "COMPOSE_PROJECT_NAME"
  | "COMPOSE_BAD_INTERPOLATION"
  | "COMPOSE_UNSET_VARIABLE"
  | "COMPOSE_UNKNOWN_FIELD"
  | "COMPOSE_WRONG_TYPE"
  | "COMPOSE_BAD_VALUE"
  | "COMPOSE_MISSING_FIELD"
  | "COMPOSE_DUPLICATE_ITEM"
  | "COMPOSE_CONFLICT"
  | "COMPOSE_UNDEFINED_REFERENCE"
  | "COMPOSE_DEPENDENCY_CYCLE"
  | "COMPOSE_EXTENDS_CYCLE"
  | "COMPOSE_INCLUDE_CYCLE"
  | "COMPOSE_FILE_NOT_FOUND"
  | "COMPOSE_BAD_ENV_FILE"
  | "COMPOSE_UNSUPPORTED";

/** Everything wrong in the files of one composition. */
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
