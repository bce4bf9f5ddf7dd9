/** What an operation may always be given. */
export interface OperationOptions {
  /** Ends the operation: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}
