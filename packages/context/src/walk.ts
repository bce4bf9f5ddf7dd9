import type { BigIntStats, Stats } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import path from "node:path";
import { ContextError } from "./context-error.ts";
import { type Ignore, ignoreNothing } from "./ignore.ts";

/** A file, folder or link of a context. */
export interface ContextEntry {
  /** Relative to the context, with `/` between its parts. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  /** Permission bits, the sticky, setuid and setgid bits included. */
  readonly mode: number;
  /** Bytes; 0 for what isn't a file. */
  readonly size: number;
  readonly mtime: Date;
  readonly uid: number;
  readonly gid: number;
  /** Where a symlink leads, as it is written. */
  readonly linkname?: string;
}

/**
 * Walks a folder: its entries in byte-wise order, each folder before what it holds. Links are never followed; sockets,
 * pipes and devices are left out. A folder that is ignored is entered only where an exception may let something in.
 * @throws ContextError CONTEXT_NOT_FOUND, CONTEXT_UNREADABLE
 */
export async function* walk(
  directory: string,
  options: { readonly ignore?: Ignore | undefined; readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<ContextEntry, void, undefined> {
  const root = await lstat(directory).catch(() => undefined);
  if (!root) {
    throw new ContextError("CONTEXT_NOT_FOUND", `the build context ${directory} does not exist`, {
      hint: "create the folder, or correct the path",
    });
  }
  yield* walkFolder(directory, "", options.ignore ?? ignoreNothing, options.signal);
}

async function* walkFolder(
  root: string,
  folder: string,
  ignore: Ignore,
  signal: AbortSignal | undefined,
): AsyncGenerator<ContextEntry, void, undefined> {
  signal?.throwIfAborted();
  const names = await readdir(path.join(root, folder)).catch((cause: unknown) => {
    throw unreadable(root, folder, cause);
  });
  names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const name of names) {
    const relative = folder === "" ? name : `${folder}/${name}`;
    const ignored = ignore.ignores(relative);
    if (ignored && !ignore.mayContainIncluded(relative)) continue;
    const entry = await readEntry(root, relative);
    if (!entry) continue;
    if (!ignored) yield entry;
    if (entry.type === "directory") yield* walkFolder(root, relative, ignore, signal);
  }
}

/** Undefined for what has gone since it was listed, and for kinds that a context can't hold. */
async function readEntry(root: string, relative: string): Promise<ContextEntry | undefined> {
  const full = path.join(root, relative);
  try {
    const stats = await lstat(full);
    const type = typeOf(stats);
    if (!type) return undefined;
    return {
      path: relative,
      type,
      mode: stats.mode & 0o7777,
      size: type === "file" ? stats.size : 0,
      mtime: stats.mtime,
      uid: stats.uid,
      gid: stats.gid,
      ...(type === "symlink" ? { linkname: await readlink(full) } : {}),
    };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unreadable(root, relative, cause);
  }
}

function typeOf(stats: Stats | BigIntStats): ContextEntry["type"] | undefined {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isSymbolicLink() ? "symlink" : undefined;
}

function unreadable(root: string, relative: string, cause: unknown): ContextError {
  return new ContextError("CONTEXT_UNREADABLE", `cannot read ${path.join(root, relative)}: ${(cause as Error).message}`, {
    cause,
    hint: "make it readable, or leave it out with .dockerignore",
  });
}
