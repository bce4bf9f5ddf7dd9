import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { dial } from "../dial.ts";
import type { Engine } from "../engine.ts";
import { engineError } from "../engine-error.ts";

/**
 * Images with all their layers as a tar stream that {@link loadImages} and `docker load` read.
 * @throws TransportError TRANSPORT_NOT_FOUND
 */
export async function saveImages(
  handle: Engine | Dockerode,
  references: readonly string[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Readable> {
  try {
    const query = { names: [...references] };
    return await dial(handle, { path: "/images/get", method: "GET", query, signal: options.signal });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw engineError(error, `saving ${references.join(", ")}`);
  }
}
