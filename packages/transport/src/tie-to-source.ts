import type { Readable } from "node:stream";
import { onSourceFailure } from "./source-failure.ts";

/** A request's body, and what its failing does to the request. */
export interface TiedSource {
  /** Ends the request when the source fails, or the caller's signal says so. */
  readonly signal: AbortSignal;
  /** Why the source failed, if it did. */
  failure(): Error | undefined;
  /** Lets go of source and request. */
  release(): void;
}

/**
 * Makes a request fail with the stream that is its body. Without this a source that is destroyed leaves the engine
 * waiting for the rest for ever.
 */
export function tieToSource(source: Readable, signal?: AbortSignal): TiedSource {
  const broken = new AbortController();
  let failure: Error | undefined;
  const forget = onSourceFailure(source, (error) => {
    failure = error;
    broken.abort(error);
  });
  return {
    signal: signal ? AbortSignal.any([signal, broken.signal]) : broken.signal,
    failure: () => failure,
    release: () => {
      forget();
      // Errors of a stream that nobody reads any more are nobody's.
      source.on("error", () => undefined);
      source.destroy();
      // An engine may answer before it has read everything; a request that nobody ends keeps its socket open.
      broken.abort();
    },
  };
}
