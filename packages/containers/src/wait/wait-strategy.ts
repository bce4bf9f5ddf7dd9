import type { Container } from "../container.ts";

/** When a container that was started can be used. */
export interface WaitStrategy {
  /** What it waits for, as a phrase: `port 80 to accept connections`. */
  readonly waitsFor: string;
  /** Resolves once the container is ready, and rejects where it never will be, or with the signal's reason. */
  wait(container: Container, options: { readonly signal: AbortSignal }): Promise<void>;
}
