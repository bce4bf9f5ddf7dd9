import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";

/** What a file is, by its first bytes. */
export type FileKind = "tar" | "tar.gz" | "zip" | "file" | { readonly unsupported: string };

const unsupported: readonly [name: string, magic: string][] = [
  ["xz", "fd377a585a00"],
  ["zstd", "28b52ffd"],
  ["bzip2", "425a68"],
];

/** Tells archives from other files. */
export async function sniff(file: string): Promise<FileKind> {
  const head = await firstBlock(createReadStream(file, { end: 511 }));
  if (
    head.subarray(0, 4).toString("latin1") === "PK\u0003\u0004" ||
    head.subarray(0, 4).toString("latin1") === "PK\u0005\u0006"
  ) {
    return "zip";
  }
  if (isTar(head)) return "tar";
  if (head[0] === 0x1f && head[1] === 0x8b) {
    return (await isGzippedTar(file)) ? "tar.gz" : "file";
  }
  // Only what is named as an archive is one: a single file may well be compressed.
  const [name] = unsupported.find(([, magic]) => head.toString("hex").startsWith(magic)) ?? [];
  return name !== undefined && /\.(?:tar|t)\.?(?:xz|zst|bz2?|zstd)$/i.test(file) ? { unsupported: name } : "file";
}

async function isGzippedTar(file: string): Promise<boolean> {
  const source = createReadStream(file);
  const gunzip = createGunzip();
  source.on("error", (error) => gunzip.destroy(error)).pipe(gunzip);
  try {
    return isTar(await firstBlock(gunzip));
  } catch {
    return false; // damaged, which is of no matter for a single file
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

async function firstBlock(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= 512) break;
  }
  return Buffer.concat(chunks).subarray(0, 512);
}

/** Whether a block is a tar header: its checksum says so, whatever the flavour. */
function isTar(block: Buffer): boolean {
  if (block.length < 512) return false;
  const field = block
    .subarray(148, 156)
    .toString("latin1")
    .replace(/[\0 ]+$/, "")
    .trim();
  if (!/^[0-7]+$/.test(field)) return false;
  let sum = 8 * 32;
  for (const [at, byte] of block.entries()) if (at < 148 || at >= 156) sum += byte;
  return sum === Number.parseInt(field, 8);
}
