import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { ContextError } from "./context-error.ts";
import type { Ignore } from "./ignore.ts";
import { packEntries } from "./pack-entries.ts";
import { readAhead } from "./read-ahead.ts";
import { readIgnore } from "./read-ignore.ts";
import type { EntryToPack } from "./tar-entry.ts";
import { type ContextEntry, walk } from "./walk.ts";

/** What of a folder is packed. */
export interface PackDirectoryOptions {
  /** What is left out. Default: what the folder's own ignore file says. */
  readonly ignore?: Ignore | "dockerignore" | undefined;
  /** The Dockerfile's path in the folder: its own ignore file goes first, and it is never left out. */
  readonly dockerfile?: string | undefined;
  /** An entry that comes first, and takes the place of the one of its name. */
  readonly instead?: EntryToPack | undefined;
  readonly signal?: AbortSignal | undefined;
}

const smallSize = 64 * 1024;
const pieceSize = 256 * 1024;
/** Small files are read this far ahead, since most of their time is spent waiting. */
const filesAhead = 16;

/**
 * Packs a folder as a build context: a tar stream, made as it is read, with modes, times, links, hard ones too, and empty
 * folders. Owners become root and times whole seconds, as docker has it: the same files give the same archive. A file that grows
 * meanwhile is packed as long as it was when its turn came; one that shrinks is the stream's error.
 */
export function packDirectory(directory: string, options: PackDirectoryOptions = {}): Readable {
  return packEntries(entriesOf(directory, options, new Map()));
}

/**
 * The entries of {@link packDirectory}, unpacked: each file with its content, also where several are one on the disk.
 *
 * @throws {ContextError} `CONTEXT_NOT_FOUND`, `CONTEXT_UNREADABLE`, `CONTEXT_BAD_PATTERN`, `CONTEXT_CHANGED_WHILE_READ`
 */
export function directoryEntries(
  directory: string,
  options: PackDirectoryOptions = {},
): AsyncGenerator<EntryToPack, void, undefined> {
  return entriesOf(directory, options);
}

/** @param inodes where the first name of a file is remembered that has several; without it, all are packed in full */
async function* entriesOf(
  directory: string,
  options: PackDirectoryOptions,
  inodes?: Map<string, string>,
): AsyncGenerator<EntryToPack, void, undefined> {
  const { ignore = "dockerignore", dockerfile, instead, signal } = options;
  signal?.throwIfAborted();
  const rules = ignore === "dockerignore" ? await readIgnore(directory, dockerfile) : ignore;
  const prepared = readAhead(walk(directory, { ignore: rules, signal }), filesAhead, (entry) =>
    prepare(directory, entry, entry.path === instead?.header.name ? undefined : inodes),
  );
  if (instead) yield instead;
  for await (const { entry, content, first } of prepared) {
    signal?.throwIfAborted();
    const { path: name, type, mode, linkname } = entry;
    if (name === instead?.header.name) continue;
    const mtime = new Date(Math.floor(entry.mtime.getTime() / 1000) * 1000);
    const header = { name, type, mode, mtime, ...(linkname === undefined ? {} : { linkname }) };
    if (first !== undefined) yield { header: { ...header, type: "link", linkname: first } };
    else if (content === "later") yield* largeFile(directory, header, signal);
    else if (content !== "gone") yield { header, body: content };
  }
}

interface Prepared {
  readonly entry: ContextEntry;
  /** A small file's content; what isn't a file has none. */
  readonly content: Buffer | undefined | "later" | "gone";
  /** The name under which the same file was packed before. */
  readonly first?: string | undefined;
}

async function prepare(
  directory: string,
  entry: ContextEntry,
  inodes: Map<string, string> | undefined,
): Promise<Prepared> {
  if (entry.type !== "file") return { entry, content: undefined };
  if (entry.inode !== undefined) {
    const first = inodes?.get(entry.inode);
    if (first !== undefined) return { entry, content: undefined, first };
    inodes?.set(entry.inode, entry.path);
  }
  if (entry.size > smallSize) return { entry, content: "later" };
  const file = await openFile(path.join(directory, entry.path));
  if (!file) return { entry, content: "gone" };
  try {
    const { size } = await file.stat();
    if (size > smallSize) return { entry, content: "later" };
    const content = Buffer.alloc(size);
    let read = 0;
    while (read < size) {
      const { bytesRead } = await file.read(content, read, size - read, read);
      if (bytesRead === 0) throw changed(path.join(directory, entry.path), size, read);
      read += bytesRead;
    }
    return { entry, content };
  } finally {
    await file.close();
  }
}

async function* largeFile(
  directory: string,
  header: EntryToPack["header"],
  signal: AbortSignal | undefined,
): AsyncGenerator<EntryToPack, void, undefined> {
  const full = path.join(directory, header.name);
  const file = await openFile(full);
  if (!file) return;
  try {
    const { size } = await file.stat();
    yield { header: { ...header, size }, body: pieces(file, full, size, signal) };
  } finally {
    await file.close();
  }
}

async function* pieces(
  file: FileHandle,
  full: string,
  size: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < size;) {
    signal?.throwIfAborted();
    const buffer = Buffer.allocUnsafe(Math.min(pieceSize, size - at));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) throw changed(full, size, at);
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Undefined for what has gone, or is a file no more: neither a link is followed nor a pipe waited for. */
async function openFile(full: string): Promise<FileHandle | undefined> {
  // Windows has neither of the two flags.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  let file: FileHandle;
  try {
    file = await open(full, flags);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ELOOP" || code === "ENXIO") return undefined;
    throw new ContextError("CONTEXT_UNREADABLE", `cannot read ${full}: ${message}`, {
      cause,
      hint: "make it readable, or leave it out with .dockerignore",
    });
  }
  const stats = await file.stat();
  if (stats.isFile()) return file;
  await file.close();
  return undefined;
}

function changed(full: string, size: number, read: number): ContextError {
  const message = `${full} became smaller while it was read: ${read} of ${size} bytes are left`;
  return new ContextError("CONTEXT_CHANGED_WHILE_READ", message, {
    hint: "build again when it is no longer written to, or leave it out with .dockerignore",
  });
}
