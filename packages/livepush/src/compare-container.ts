import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { ContextFile } from "./context-listing.ts";
import type { Updater } from "./updater.ts";

/** A path of the context that is not in the container as it is on disk. */
export interface Deviation {
  readonly path: string;
  /** What the container has in its place. */
  readonly is: ContextFile["type"] | undefined;
}

/**
 * Compares what a container has with the context, by hashes of its files.
 * @param places by place in the container
 * @returns undefined where the container can't tell
 */
export async function compareContainer(
  updater: Updater,
  directory: string,
  places: ReadonlyMap<string, { readonly path: string; readonly file: ContextFile }>,
  signal: AbortSignal,
): Promise<Deviation[] | undefined> {
  const found = await updater.identify([...places.keys()], signal);
  if (!found) return undefined;
  const deviations = new Map<string, Deviation>();
  for (const [target, { path: name, file }] of places) {
    signal.throwIfAborted();
    const is = found.get(target);
    const same =
      is?.type === file.type &&
      (file.type === "directory" ||
        is.identity === (file.type === "symlink" ? file.linkname : await hashOf(path.join(directory, name))));
    if (!same) deviations.set(name, { path: name, is: is?.type });
  }
  return [...deviations.values()];
}

async function hashOf(file: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(file), hash);
  } catch {
    return undefined; // gone meanwhile: the watcher says so
  }
  return hash.digest("hex");
}
