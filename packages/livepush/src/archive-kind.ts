import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { readEntries, type TarEntry } from "@slipway/context";
import { cleanPath } from "./container-path.ts";

/** How an archive that ADD unpacks is packed; `other`: in a way that only builders can read. */
export type ArchiveKind = "tar" | "gzip" | "other";

const others = [
  [0x42, 0x5a, 0x68],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a],
  [0x28, 0xb5, 0x2f, 0xfd],
];

const blockSize = 512;

/** What kind of archive a file is; undefined if it can't be read. */
export async function archiveKind(file: string): Promise<ArchiveKind | false | undefined> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return undefined;
  let head: Buffer;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(blockSize), 0, blockSize, 0);
    head = buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
  if (isTarHeader(head)) return "tar";
  if (others.some((magic) => magic.every((byte, i) => head[i] === byte))) return "other";
  if (head[0] !== 0x1f || head[1] !== 0x8b) return false;
  return isTarHeader(await firstBlock(openArchive(file, "gzip"))) ? "gzip" : false;
}

/** The entries of an archive, or those at and below a path of it, with clean names; its root is left out. */
export async function* archiveEntries(
  file: string,
  kind: "tar" | "gzip",
  root: string,
): AsyncGenerator<TarEntry, void, undefined> {
  for await (const { header, body } of readEntries(openArchive(file, kind))) {
    const name = cleanPath(header.name).slice(1);
    if (name === "" || (root !== "" && name !== root && !name.startsWith(`${root}/`))) continue;
    const { type, linkname } = header;
    yield {
      header: { ...header, name, ...(type === "link" && linkname ? { linkname: cleanPath(linkname).slice(1) } : {}) },
      body,
    };
  }
}

/** An archive's tar stream. */
function openArchive(file: string, kind: "tar" | "gzip"): Readable {
  const raw = createReadStream(file);
  // The reader of its output learns of an error.
  return kind === "tar" ? raw : pipeline(raw, createGunzip(), () => undefined);
}

async function firstBlock(stream: Readable): Promise<Buffer> {
  let block: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of stream) {
      block = Buffer.concat([block, chunk as Buffer]);
      if (block.length >= blockSize) break;
    }
  } catch {
    return Buffer.alloc(0); // not gzip after all
  }
  return block.subarray(0, blockSize);
}

/** Whether its checksum holds, as it does even for archives older than the `ustar` mark. */
function isTarHeader(block: Buffer): boolean {
  if (block.length < blockSize || block[0] === 0) return false;
  const told = parseInt(block.subarray(148, 156).toString("latin1"), 8);
  let sum = 0;
  for (const [at, byte] of block.entries()) sum += at >= 148 && at < 156 ? 0x20 : byte;
  return told === sum;
}
