import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { dial } from "./dial.ts";
import type { Engine } from "./engine.ts";
import { engineError } from "./engine-error.ts";
import { tieToSource } from "./tie-to-source.ts";

/**
 * Unpacks a tar archive below `path` in a container, which must be a folder there.
 * @throws TransportError TRANSPORT_NOT_FOUND; the stream's own error
 */
export async function putArchive(
  handle: Engine | Dockerode,
  containerId: string,
  tar: Readable | Buffer,
  options: { readonly path: string; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { path, signal } = options;
  signal?.throwIfAborted();
  const source = Buffer.isBuffer(tar) ? undefined : tieToSource(tar, signal);
  try {
    const answer = await dial<IncomingMessage>(handle, {
      path: `/containers/${encodeURIComponent(containerId)}/archive`,
      method: "PUT",
      query: { path },
      body: tar,
      signal: source?.signal ?? signal,
    });
    for await (const _ of answer) void _;
  } catch (error) {
    signal?.throwIfAborted();
    throw source?.failure() ?? engineError(error, `copying into ${path} of container ${containerId}`);
  } finally {
    source?.release();
  }
}

/** A file or folder of a container as a tar stream; its names start with the last part of `path`. */
export async function getArchive(
  handle: Engine | Dockerode,
  containerId: string,
  path: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Readable> {
  const { signal } = options;
  try {
    return await dial<IncomingMessage>(handle, {
      path: `/containers/${encodeURIComponent(containerId)}/archive`,
      method: "GET",
      query: { path },
      signal,
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw engineError(error, `copying ${path} out of container ${containerId}`);
  }
}
