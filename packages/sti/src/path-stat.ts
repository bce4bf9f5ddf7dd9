import type { IncomingMessage } from "node:http";
import { posix } from "node:path";
import { type Engine, engineError } from "@slipway/transport";

/** What is at a path in a container. */
export interface PathStat {
  readonly kind: "file" | "directory" | "other";
  readonly executable: boolean;
}

/** A symbolic link. */
export interface LinkStat {
  readonly kind: "link";
  readonly target: string;
}

// Go's FileMode, in which the engine has it.
const directoryBit = 2 ** 31;
const symlinkBit = 2 ** 27;
const otherBits = 2 ** 26 + 2 ** 25 + 2 ** 24 + 2 ** 21;

/** What is at a path in a container, running or not, links followed; undefined where there is nothing. */
export async function statPath(engine: Engine, containerId: string, path: string): Promise<PathStat | undefined> {
  let at = path;
  for (let links = 0; links < 40; links += 1) {
    const stat = await statEntry(engine, containerId, at);
    if (stat?.kind !== "link") return stat as PathStat | undefined;
    at = posix.resolve(posix.dirname(at), stat.target);
  }
  return undefined;
}

/** What is at a path in a container itself: a link there is not followed. */
export async function statEntry(
  engine: Engine,
  containerId: string,
  path: string,
): Promise<PathStat | LinkStat | undefined> {
  const stat = await read(engine, containerId, path);
  if (!stat) return undefined;
  const { mode, linkTarget } = stat;
  if (Math.floor(mode / symlinkBit) % 2 === 1 && linkTarget && linkTarget !== path) {
    return { kind: "link", target: linkTarget };
  }
  const directory = Math.floor(mode / directoryBit) % 2 === 1;
  const other = (mode & otherBits) !== 0;
  return { kind: directory ? "directory" : other ? "other" : "file", executable: !directory && (mode & 0o111) !== 0 };
}

/** Whether there is a file at a path in a container, running or not. */
export async function fileExistsInContainer(engine: Engine, containerId: string, path: string): Promise<boolean> {
  return (await statPath(engine, containerId, path))?.kind === "file";
}

async function read(
  engine: Engine,
  containerId: string,
  path: string,
): Promise<{ readonly mode: number; readonly linkTarget: string } | undefined> {
  try {
    const answer = (await engine.docker.getContainer(containerId).infoArchive({ path })) as unknown as IncomingMessage;
    // There is nothing to read, and unread it would hold its connection.
    answer.resume();
    return JSON.parse(Buffer.from(String(answer.headers["x-docker-container-path-stat"]), "base64").toString());
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw engineError(error, `looking for ${path} in container ${containerId.slice(0, 12)}`);
  }
}
