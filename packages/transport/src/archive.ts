import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import type { Engine } from "./engine.ts";
import { engineError } from "./engine-error.ts";
import { toEngine } from "./to-engine.ts";

/** Unpacks a tar archive below `path` in a container, which must be a folder there. */
export async function putArchive(
  handle: Engine | Dockerode,
  containerId: string,
  tar: Readable | Buffer,
  options: { readonly path: string; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { path, signal } = options;
  try {
    signal?.throwIfAborted();
    const container = toEngine(handle).docker.getContainer(containerId);
    await container.putArchive(tar, { path, ...(signal ? { abortSignal: signal } : {}) });
  } catch (error) {
    signal?.throwIfAborted();
    throw engineError(error, `copying into ${path} of container ${containerId}`);
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
    signal?.throwIfAborted();
    const container = toEngine(handle).docker.getContainer(containerId);
    return (await container.getArchive({ path, ...(signal ? { abortSignal: signal } : {}) })) as Readable;
  } catch (error) {
    signal?.throwIfAborted();
    throw engineError(error, `copying ${path} out of container ${containerId}`);
  }
}
