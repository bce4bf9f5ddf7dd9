import { SlipwayError } from "@slipway/errors";

/** What can be wrong with a command line. */
export type CliErrorCode =
  | "CLI_NOT_A_DIRECTORY"
  | "CLI_NO_COMPOSE_FILE"
  | "CLI_UNKNOWN_SERVICE"
  | "CLI_NOT_A_FILE"
  | "CLI_CANNOT_WRITE"
  | "CLI_BAD_VARIABLES"
  | "CLI_BAD_OPTION"
  | "CLI_BAD_ARCHIVE"
  | "CLI_NO_API"
  | "CLI_PUSH_FAILED"
  | "CLI_LIVE_NOTHING"
  | "CLI_TIMEOUT";

/** An error in how the command was called. */
export class CliError extends SlipwayError<CliErrorCode> {
  override readonly name = "CliError";
}
