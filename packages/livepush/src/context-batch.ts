import { createReadStream, lstatSync, readFileSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import type { EntryToPack } from "@slipway/context";
import type { CopyItem } from "./push-plan.ts";
import type { FileBatch, FileToPut } from "./updater.ts";

/** Up to here a file is read whole, in bytes: what becomes shorter while it is read in parts ends the push. */
const readWhole = 8 * 1024 * 1024;

/** How many files are looked up before others have their turn. */
const lookAtOnce = 256;
/** Up to here it is read at once, which takes a fraction of what waiting for it would. */
const readAtOnce = 64 * 1024;

/** The files of a plan as they are on disk now. What has gone or become something else meanwhile is left to the next push. */
export async function contextBatch(directory: string, items: readonly CopyItem[]): Promise<FileBatch> {
  const files: BatchFile[] = [];
  for (const [index, item] of items.entries()) {
    if (index % lookAtOnce === lookAtOnce - 1) await setImmediate();
    const found = readHeader(directory, item);
    if (found) files.push(found);
  }
  return {
    files: files.map(({ header }) => header),
    async *contents(): AsyncGenerator<EntryToPack, void, undefined> {
      for (const { header, source, inline } of files) {
        if (inline !== undefined) yield { header, body: inline };
        else if (header.type !== "file") yield { header };
        else if ((header.size ?? 0) > readWhole) {
          // What is written behind its end meanwhile is the next push's.
          yield { header, body: createReadStream(source, { end: (header.size ?? 0) - 1 }) };
        } else {
          const body = await readIfThere(source, header.size);
          if (body) yield { header: { ...header, size: body.length }, body };
        }
      }
    },
  };
}

interface BatchFile {
  readonly header: FileToPut;
  readonly source: string;
  readonly inline?: string;
}

async function readIfThere(file: string, size = 0): Promise<Buffer | undefined> {
  try {
    return size > readAtOnce ? await readFile(file) : readFileSync(file);
  } catch (error) {
    return ignoreMissing(error);
  }
}

function readHeader(
  directory: string,
  { source, inline, type, destination, owner, mode, keepExisting }: CopyItem,
): BatchFile | undefined {
  if (inline !== undefined) {
    const facts = { name: destination, type, mode: mode ?? 0o644, ...owner, size: Buffer.byteLength(inline) };
    return { header: { ...facts, mtime: new Date() }, source, inline };
  }
  const file = path.join(directory, source);
  const stats = unlessMissing(() => lstatSync(file));
  const found = stats?.isFile()
    ? "file"
    : stats?.isDirectory()
      ? "directory"
      : stats?.isSymbolicLink()
        ? "symlink"
        : "";
  if (!stats || found !== type) return undefined;
  const linkname = type === "symlink" ? unlessMissing(() => readlinkSync(file)) : undefined;
  if (type === "symlink" && linkname === undefined) return undefined;
  const header: FileToPut = {
    name: destination,
    type,
    mode: type === "symlink" ? 0o777 : (mode ?? stats.mode & 0o7777),
    ...owner,
    mtime: stats.mtime,
    ...(type === "file" ? { size: stats.size } : {}),
    ...(linkname === undefined ? {} : { linkname }),
    ...(keepExisting ? { keepExisting } : {}),
  };
  return { header, source: file };
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    return ignoreMissing(error);
  }
}

function ignoreMissing(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOENT" && code !== "ENOTDIR" && code !== "ELOOP") throw error;
}
