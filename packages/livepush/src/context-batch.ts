import { createReadStream } from "node:fs";
import { lstat, readFile, readlink } from "node:fs/promises";
import path from "node:path";
import type { EntryToPack } from "@slipway/context";
import type { CopyItem } from "./push-plan.ts";
import type { FileBatch, FileToPut } from "./updater.ts";

/** Up to here a file is read whole, in bytes. */
const readWhole = 1024 * 1024;

/** How many small files are read side by side, and up to which size, in bytes. */
const filesAhead = 32;
const smallFile = 64 * 1024;

/** The files of a plan as they are on disk now. What has gone or become something else meanwhile is left to the next push. */
export async function contextBatch(directory: string, items: readonly CopyItem[]): Promise<FileBatch> {
  const read = await Promise.all(items.map((item) => readHeader(directory, item)));
  const files = read.flatMap((found) => found ?? []);
  return {
    files: files.map(({ header }) => header),
    async *contents(): AsyncGenerator<EntryToPack, void, undefined> {
      let ahead: (Promise<Buffer | undefined> | undefined)[] = [];
      for (const [index, { header, source, inline }] of files.entries()) {
        // A file at a time would wait for the disk as often as there are files.
        if (index % filesAhead === 0) ahead = files.slice(index, index + filesAhead).map(readSmall);
        if (inline !== undefined) yield { header, body: inline };
        else if (header.type !== "file") yield { header };
        else if ((header.size ?? 0) > readWhole) {
          // What is written behind its end meanwhile is the next push's.
          yield { header, body: createReadStream(source, { end: (header.size ?? 0) - 1 }) };
        } else {
          const body = await (ahead[index % filesAhead] ?? readFile(source).catch(ignoreMissing));
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

function readSmall({ header, source, inline }: BatchFile): Promise<Buffer | undefined> | undefined {
  if (inline !== undefined || header.type !== "file" || (header.size ?? 0) > smallFile) return undefined;
  const content = readFile(source).catch(ignoreMissing);
  content.catch(() => undefined); // whoever wants it hears of it
  return content;
}

async function readHeader(
  directory: string,
  { source, inline, type, destination, owner, mode, keepExisting }: CopyItem,
): Promise<BatchFile | undefined> {
  if (inline !== undefined) {
    const facts = { name: destination, type, mode: mode ?? 0o644, ...owner, size: Buffer.byteLength(inline) };
    return { header: { ...facts, mtime: new Date() }, source, inline };
  }
  const file = path.join(directory, source);
  const stats = await lstat(file).catch(ignoreMissing);
  const found = stats?.isFile()
    ? "file"
    : stats?.isDirectory()
      ? "directory"
      : stats?.isSymbolicLink()
        ? "symlink"
        : "";
  if (!stats || found !== type) return undefined;
  const linkname = type === "symlink" ? await readlink(file).catch(ignoreMissing) : undefined;
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

function ignoreMissing(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
}
