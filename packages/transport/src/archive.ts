import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { ConnectedEngine } from "./connected-engine.ts";
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
    // Podman would make the folder.
    if (ConnectedEngine.endpointOf(handle)?.podman) await getArchiveHead(handle, containerId, path, signal);
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

/** Rejects where `path` isn't in the container. */
async function getArchiveHead(
  handle: Engine | Dockerode,
  containerId: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const request = { path: `/containers/${encodeURIComponent(containerId)}/archive`, query: { path }, signal };
  const answer = await dial<IncomingMessage>(handle, { ...request, method: "HEAD" });
  answer.resume();
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
