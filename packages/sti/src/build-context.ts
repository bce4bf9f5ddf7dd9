import type { Engine } from "@slipway/transport";
import type { BuildRequest } from "./request.ts";
import type { Emit } from "./sti-event.ts";

/** What all parts of one build share. */
export interface BuildContext {
  readonly engine: Engine;
  /** Whether BuildKit builds. */
  readonly buildkit: boolean;
  readonly request: BuildRequest;
  /** One of a kind, in the names of what is made on the way. */
  readonly runId: string;
  readonly emit: Emit;
  /** Names of images that are taken away at the end. */
  readonly temporaryNames: string[];
  /** What goes on for a moment after the build has ended early, and is waited for: each resolves, whatever happens. */
  readonly cleanups: Promise<void>[];
}
