import { SlipwayError } from "@slipway/errors";

/** What can be wrong with a build context. */
export type ContextErrorCode =
  /** The folder is not there, or is none. */
  | "CONTEXT_NOT_FOUND"
  /** A file or folder cannot be read. */
  | "CONTEXT_UNREADABLE"
  /** Patterns of an ignore file are malformed. */
  | "CONTEXT_BAD_PATTERN"
  /** A file became smaller while it was read. */
  | "CONTEXT_CHANGED_WHILE_READ"
  /** An archive is damaged, or no tar archive. */
  | "CONTEXT_BAD_ARCHIVE"
  /** An archive ends before its end. */
  | "CONTEXT_TRUNCATED_ARCHIVE"
  /** An archive's stream gave nothing for too long. */
  | "CONTEXT_STALLED"
  /** An archive holds what a build context cannot. */
  | "CONTEXT_UNSUPPORTED_ENTRY"
  /** A path is absolute, or leads out of the context. */
  | "CONTEXT_BAD_PATH"
  /** An entry to be packed cannot be written as it is. */
  | "CONTEXT_BAD_ENTRY"
  /** There is no room for a context that has to be kept. */
  | "CONTEXT_SPOOL_FAILED"
  /** The split context was closed. */
  | "CONTEXT_CLOSED"
  /** No task of that name was split off. */
  | "CONTEXT_UNKNOWN_TASK";

/** An error in reading, packing or splitting a build context. */
export class ContextError extends SlipwayError<ContextErrorCode> {
  override readonly name: string = "ContextError";
}
