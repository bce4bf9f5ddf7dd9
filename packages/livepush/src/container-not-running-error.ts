import { LivepushError } from "./livepush-error.ts";

/** The container is gone or does not stay up, or the session that pushes to it was cleaned up. */
export class ContainerNotRunningError extends LivepushError {
  override readonly name: string = "ContainerNotRunningError";

  constructor(message: string, options: { readonly cause?: unknown; readonly hint?: string } = {}) {
    super("LIVEPUSH_CONTAINER_NOT_RUNNING", message, options);
  }
}
