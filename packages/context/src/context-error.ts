import { SlipwayError } from "@slipway/errors";

/** What can be wrong with a build context. */
export type ContextErrorCode =
  | "CONTEXT_NOT_FOUND"
  | "CONTEXT_UNREADABLE"
  | "CONTEXT_BAD_PATTERN"
  | "CONTEXT_CHANGED_WHILE_READ"
  | "CONTEXT_BAD_ARCHIVE"
  | "CONTEXT_BAD_PATH"
  | "CONTEXT_SPOOL_FAILED"
  | "CONTEXT_CLOSED";

/** An error in reading, packing or splitting a build context. */
export class ContextError extends SlipwayError<ContextErrorCode> {
  override readonly name: string = "ContextError";
}
