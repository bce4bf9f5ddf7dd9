import type { ContextFile } from "./context-listing.ts";

/** A path that is not what it was: `before` missing is a new one, `after` missing a deleted one. */
export interface ContextChange {
  readonly path: string;
  readonly before?: ContextFile | undefined;
  readonly after?: ContextFile | undefined;
}
