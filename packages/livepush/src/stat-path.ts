import { posix } from "node:path";
import { type Engine, engineError } from "@slipway/transport";
import { cleanPath } from "./container-path.ts";
import type { Destination } from "./stage-facts.ts";

/** What a path of a container is. */
export type PathKind = "file" | "folder" | "symlink";

const folderBit = 2 ** 31;
const symlinkBit = 2 ** 27;

/** What is at a path of a container, links not followed; undefined if there is nothing. Works on a stopped container. */
export async function statPath(
  engine: Engine,
  containerId: string,
  path: string,
  signal?: AbortSignal,
): Promise<{ kind: PathKind; linkname: string } | undefined> {
  signal?.throwIfAborted();
  try {
    const options = { path, ...(signal ? { abortSignal: signal } : {}) };
    const response = (await engine.docker.getContainer(containerId).infoArchive(options)) as unknown as {
      headers: Record<string, string | undefined>;
      resume?(): void;
    };
    response.resume?.();
    const header = response.headers["x-docker-container-path-stat"] ?? "";
    const { mode, linkTarget } = JSON.parse(Buffer.from(header, "base64").toString()) as {
      /** Go's FileMode. */
      mode: number;
      linkTarget: string;
    };
    if (mode >= folderBit) return { kind: "folder", linkname: "" };
    if (Math.floor(mode / symlinkBit) % 2 === 1) return { kind: "symlink", linkname: linkTarget };
    return { kind: "file", linkname: "" };
  } catch (error) {
    signal?.throwIfAborted();
    if ((error as { statusCode?: number }).statusCode === 404 && (await exists(engine, containerId))) return undefined;
    throw engineError(error, `looking at ${path} in container ${containerId}`);
  }
}

/** What is at a path of a container, links followed. */
export async function statDestination(
  engine: Engine,
  containerId: string,
  path: string,
  signal?: AbortSignal,
): Promise<Destination> {
  let end = cleanPath(path);
  for (let hops = 0; hops < 40; hops++) {
    const found = await statPath(engine, containerId, end, signal);
    if (found?.kind !== "symlink") return { folder: found?.kind === "folder", end };
    end = posix.resolve(posix.dirname(end), found.linkname);
  }
  return { folder: false, end: cleanPath(path) };
}

async function exists(engine: Engine, containerId: string): Promise<boolean> {
  return engine.docker
    .getContainer(containerId)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}
