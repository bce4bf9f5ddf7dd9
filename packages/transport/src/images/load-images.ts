import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import type { Engine } from "../engine.ts";
import { tieToSource } from "../tie-to-source.ts";
import { toEngine } from "../to-engine.ts";
import type { PullProgress } from "./transfer-progress.ts";
import { transfer } from "./transfer.ts";

/**
 * Loads images from a tar stream as {@link saveImages} or `docker save` gives it.
 * @returns their names, or their ids where they have none
 * @throws TransportError TRANSPORT_LOAD_FAILED; the stream's own error
 */
export async function loadImages(
  handle: Engine | Dockerode,
  tar: Readable,
  options: {
    readonly onProgress?: ((progress: PullProgress) => void) | undefined;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<string[]> {
  const loaded: string[] = [];
  const source = tieToSource(tar, options.signal);
  try {
    await transfer(toEngine(handle), {
      request: { path: "/images/load", method: "POST", query: { quiet: false }, body: tar, signal: source.signal },
      doing: "loading images",
      code: "TRANSPORT_LOAD_FAILED",
      // A stream that has been read can't be sent again.
      retries: 0,
      onProgress: options.onProgress,
      onRecord: ({ stream }) => {
        const name = /^Loaded image(?: ID)?: (\S+)/.exec(String(stream))?.[1];
        if (name) loaded.push(...name.split(","));
      },
    });
    return loaded;
  } catch (error) {
    options.signal?.throwIfAborted();
    throw source.failure() ?? error;
  } finally {
    source.release();
  }
}
