import {
  type BigIntStats,
  close,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  open as openCallback,
  read as readCallback,
  readSync,
} from "node:fs";
import { createHash } from "node:crypto";
import path from "node:path";
import { promisify } from "node:util";
import { ContextError, type Ignore, ignoreNothing, parseIgnore, walkInBatches } from "@slipway/context";
import type { FilesRequest, FileSource, SourceFile } from "@slipway/transport";
import { foldersAbove } from "./folders-above.ts";
import { followPaths } from "./follow-paths.ts";
import { pieceSize, textPieces } from "./text-pieces.ts";

const open = promisify(openCallback);
const read = promisify(readCallback);

/** A file that is not the folder's own: it takes the place of one of that path, or is put there. */
export interface InsteadFile {
  readonly path: string;
  readonly text: string;
}

/** What of a folder is told of. */
export interface DirectorySourceOptions {
  readonly instead?: InsteadFile | undefined;
  /** What is left out besides what the engine asks to leave out. */
  readonly ignore?: Ignore | undefined;
}

/**
 * A folder as the source of an incremental context. What is left out is the engine's to say: BuildKit reads the ignore
 * file itself and asks without what that excludes.
 */
export function directorySource(
  directory: string,
  { instead, ignore: own = ignoreNothing }: DirectorySourceOptions = {},
): FileSource {
  const buffers: Buffer[] = [];
  return {
    async *list(request, signal) {
      const inodes = new Map<string, string>();
      const ignore = both(own, await filterOf(directory, request, instead?.path));
      const put = instead && !ignore.ignores(instead.path) ? sourceFile(instead) : undefined;
      const folders = new Set<string>();
      let isPut = put === undefined;
      for await (const entries of walkInBatches(directory, { ignore, signal })) {
        const batch: SourceFile[] = [];
        for (const entry of entries) {
          if (put && !isPut && comesBefore(put.path, entry.path)) {
            batch.push(...withFolders(directory, put, folders));
            isPut = true;
          }
          if (put && entry.type === "directory") folders.add(entry.path);
          if (entry.path === instead?.path) continue;
          const first = entry.inode === undefined ? undefined : inodes.get(entry.inode);
          if (entry.inode !== undefined && first === undefined) inodes.set(entry.inode, entry.path);
          batch.push(first === undefined ? entry : { ...entry, linkname: first });
        }
        yield batch;
      }
      if (put && !isPut) yield withFolders(directory, put, folders);
    },
    open: (file, signal) =>
      file.path === instead?.path ? textPieces(instead.text) : contentOf(directory, file, buffers, signal),
  };
}

/** BuildKit tells by size and time whether it has a file already, so the time is made of the text. */
function sourceFile({ path: name, text }: InsteadFile): SourceFile {
  const digest = createHash("sha256").update(text).digest();
  const mtimeNs = BigInt(digest.readUInt32BE(0) >>> 1) * 1_000_000_000n;
  return { path: name, type: "file", mode: 0o644, size: Buffer.byteLength(text), mtimeNs };
}

/** A file, and before it those of the folders above that were not listed: there was nothing else of them. */
function withFolders(directory: string, file: SourceFile, listed: ReadonlySet<string>): SourceFile[] {
  const folders = foldersAbove(file.path).filter((folder) => !listed.has(folder));
  return [
    ...folders.map((folder) => {
      const { mode = 0o755n, mtimeNs = 0n } = folderStats(path.join(directory, folder)) ?? {};
      return { path: folder, type: "directory", mode: Number(mode & 0o7777n), size: 0, mtimeNs } as const;
    }),
    file,
  ];
}

function folderStats(folder: string): BigIntStats | undefined {
  try {
    return lstatSync(folder, { bigint: true });
  } catch {
    return undefined; // it need not be there
  }
}

/** Whether a path comes before another, or in its place, where each folder's entries are in the order of their names' bytes. */
function comesBefore(one: string, other: string): boolean {
  const others = other.split("/");
  for (const [i, part] of one.split("/").entries()) {
    const rival = others[i];
    if (rival === undefined) return false;
    if (part !== rival) return Buffer.compare(Buffer.from(part), Buffer.from(rival)) < 0;
  }
  return true;
}

async function filterOf(directory: string, request: FilesRequest, instead: string | undefined): Promise<Ignore> {
  const excluded = patterns(request.excludePatterns);
  const { includePatterns } = request;
  const followed = await followPaths(directory, request.followPaths);
  if (!followed && includePatterns.length === 0) return excluded;
  if (instead !== undefined && request.followPaths.includes(instead)) followed?.add(instead);
  const included = patterns(["**", ...includePatterns.map((pattern) => `!${pattern}`)]);
  const names = new Set(followed);
  const above = new Set([...names].flatMap(foldersAbove));
  const isNamed = (file: string): boolean => names.has(file) || foldersAbove(file).some((folder) => names.has(folder));
  return {
    ignores: (file) => excluded.ignores(file) || (!isNamed(file) && included.ignores(file)),
    mayContainIncluded: (folder) =>
      (!excluded.ignores(folder) || excluded.mayContainIncluded(folder)) &&
      (above.has(folder) || isNamed(folder) || included.mayContainIncluded(folder)),
  };
}

function both(one: Ignore, other: Ignore): Ignore {
  if (one === ignoreNothing) return other;
  const entered = (rules: Ignore, folder: string): boolean =>
    !rules.ignores(folder) || rules.mayContainIncluded(folder);
  return {
    ignores: (file) => one.ignores(file) || other.ignores(file),
    mayContainIncluded: (folder) => entered(one, folder) && entered(other, folder),
  };
}

/** A space keeps a pattern that begins with `#` from being a comment. */
function patterns(list: readonly string[]): Ignore {
  return parseIgnore(list.map((pattern) => ` ${pattern}`).join("\n"));
}

async function* contentOf(
  directory: string,
  { path: name, size }: SourceFile,
  buffers: Buffer[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (size === 0) return;
  const full = path.join(directory, name);
  const file = await openFile(full);
  // Used again and again: memory that is let go of stays for a while.
  const buffer = buffers.pop() ?? Buffer.allocUnsafeSlow(pieceSize);
  try {
    for (let at = 0; at < size;) {
      signal.throwIfAborted();
      const length = Math.min(buffer.length, size - at);
      // What is one piece is read at once, in a tenth of the time that promises take.
      const bytesRead =
        size <= pieceSize ? readSync(file, buffer, 0, length, at) : (await read(file, buffer, 0, length, at)).bytesRead;
      if (bytesRead === 0) throw changed(full, `became smaller: ${at} of ${size} bytes are left`);
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    buffers.push(buffer);
    if (size <= pieceSize) closeSync(file);
    else await promisify(close)(file);
  }
}

/** Neither a link is followed nor a pipe waited for: the file may be another one by now. */
async function openFile(full: string): Promise<number> {
  // Windows has neither of the two flags.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  let file: number;
  try {
    file = await open(full, flags);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ELOOP" || code === "ENXIO") throw changed(full, "went away");
    throw new ContextError("CONTEXT_UNREADABLE", `cannot read ${full}: ${message}`, {
      cause,
      hint: "make it readable, or leave it out with .dockerignore",
    });
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw changed(full, "is a file no more");
}

function changed(full: string, how: string): ContextError {
  return new ContextError("CONTEXT_CHANGED_WHILE_READ", `${full} changed while the context was read: it ${how}`, {
    hint: "build again when it is no longer written to, or leave it out with .dockerignore",
  });
}
