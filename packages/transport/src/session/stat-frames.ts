import { frameHeader } from "./grpc-call.ts";
import type { SourceFile } from "./file-source.ts";

/** Go's bits for what unix has elsewhere in a mode. */
const goBits = { directory: 2 ** 31, symlink: 2 ** 27, setuid: 2 ** 23, setgid: 2 ** 22, sticky: 2 ** 20 };

/** Go's FileMode for a file. */
export function goMode({ type, mode }: Pick<SourceFile, "type" | "mode">): number {
  return (
    (mode & 0o777) +
    (type === "directory" ? goBits.directory : 0) +
    (type === "symlink" ? goBits.symlink : 0) +
    (mode & 0o4000 ? goBits.setuid : 0) +
    (mode & 0o2000 ? goBits.setgid : 0) +
    (mode & 0o1000 ? goBits.sticky : 0)
  );
}

/** The largest number of bytes that a stat has beside its texts, with all that is before it. */
const statFields = 80;

/**
 * Files as the list of them is sent: for each a message with its length before it, of a packet whose only field is its
 * stat. Owners are root's, as docker has it: a context says nothing of the image's users. Written by hand and into one
 * piece, since a context may have a hundred thousand of them: a writer for messages of any kind takes several times as long.
 */
export function statFrames(files: readonly SourceFile[]): Uint8Array {
  let most = 0;
  for (const { path, linkname } of files) most += statFields + 3 * (path.length + (linkname?.length ?? 0));
  const bytes = Buffer.allocUnsafe(most);
  let at = 0;
  for (const file of files) at = writeFrame(bytes, at, file);
  return bytes.subarray(0, at);
}

function writeFrame(bytes: Buffer, at: number, file: SourceFile): number {
  const packet = at + frameHeader;
  // Most stats have a length of one byte; others make room for more.
  const start = packet + 2;
  const length = writeStat(bytes, start, file) - start;
  bytes[packet] = 0x12;
  const more = lengthOfVarint(length) - 1;
  if (more > 0) bytes.copyWithin(start + more, start, start + length);
  writeVarint(bytes, packet + 1, length);
  bytes[at] = 0;
  bytes.writeUInt32BE(2 + more + length, at + 1);
  return start + more + length;
}

function writeStat(bytes: Buffer, start: number, file: SourceFile): number {
  const { path, linkname = "", size, mtimeNs } = file;
  let at = writeText(bytes, start, 0x0a, path);
  bytes[at] = 0x10;
  at = writeVarint(bytes, at + 1, goMode(file));
  if (file.type === "file" && size > 0) {
    bytes[at] = 0x28;
    at = writeVarint(bytes, at + 1, size);
  }
  if (mtimeNs !== 0n) {
    bytes[at] = 0x30;
    at = writeVarint64(bytes, at + 1, mtimeNs);
  }
  if (linkname !== "") at = writeText(bytes, at, 0x3a, linkname);
  return at;
}

function writeText(bytes: Buffer, at: number, tag: number, text: string): number {
  bytes[at] = tag;
  const start = writeVarint(bytes, at + 1, Buffer.byteLength(text));
  return start + bytes.write(text, start);
}

/** Up to 2^53: the numbers are beyond what bitwise operators take. */
function writeVarint(bytes: Buffer, at: number, value: number): number {
  let rest = value;
  while (rest >= 0x80) {
    bytes[at++] = (rest % 0x80) + 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[at++] = rest;
  return at;
}

/** Negative ones as two's complement, in ten bytes. */
function writeVarint64(bytes: Buffer, at: number, value: bigint): number {
  const unsigned = BigInt.asUintN(64, value);
  if (unsigned <= BigInt(Number.MAX_SAFE_INTEGER)) return writeVarint(bytes, at, Number(unsigned));
  let low = Number(unsigned & 0xfff_ffffn);
  for (let i = 0; i < 4; i += 1) {
    bytes[at++] = (low & 0x7f) | 0x80;
    low >>= 7;
  }
  return writeVarint(bytes, at, Number(unsigned >> 28n));
}

function lengthOfVarint(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length += 1;
  return length;
}
