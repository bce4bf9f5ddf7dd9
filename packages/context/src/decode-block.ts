import { isUtf8 } from "node:buffer";
import { ContextError } from "./context-error.ts";

/** The size of tar's blocks, in bytes. */
export const blockSize = 512;

/** `usta`, of `ustar`. */
const ustarMagic = 0x75737461;

/** A header block's fields as they stand there. Layout: POSIX.1-2017, pax, "ustar Interchange Format". */
export interface HeaderBlock {
  readonly name: string;
  /** Whether the name is UTF-8; one that was cut short may not be. */
  readonly isNameText: boolean;
  readonly isLinkText: boolean;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly typeflag: string;
  readonly linkname: string;
  readonly uname: string;
  readonly gname: string;
  readonly devmajor: number;
  readonly devminor: number;
}

/**
 * Reads a header block.
 *
 * @param at where it begins in the buffer
 * @param position the block's place in the archive, for messages
 * @throws {ContextError} `CONTEXT_BAD_ARCHIVE`
 */
export function decodeBlock(block: Buffer, at: number, position: number): HeaderBlock {
  if (!checksumHolds(block, at)) throw notATar(block.subarray(at), position);
  const magic = block.readUInt32BE(at + 257) === ustarMagic && block[at + 261] === 0x72 ? block[at + 262] : undefined;
  const ustar = magic === 0;
  const named = ustar || magic === 0x20;
  const name = text(block, at, 100);
  // GNU's old format has times where ustar has the prefix.
  const prefix = ustar ? text(block, at + 345, 155) : "";
  const linkname = text(block, at + 157, 100);
  const number = (start: number, length: number, what: string): number =>
    numeric(block, at + start, length, what, position);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    isNameText: isText(block, at, 100, name) && isText(block, at + 345, 155, prefix),
    isLinkText: isText(block, at + 157, 100, linkname),
    mode: number(100, 8, "mode"),
    uid: number(108, 8, "owner"),
    gid: number(116, 8, "group"),
    size: number(124, 12, "size"),
    mtime: number(136, 12, "time"),
    typeflag: String.fromCharCode(block[at + 156] as number),
    linkname,
    uname: named ? text(block, at + 265, 32) : "",
    gname: named ? text(block, at + 297, 32) : "",
    devmajor: named ? number(329, 8, "device") : 0,
    devminor: named ? number(337, 8, "device") : 0,
  };
}

/** The sum of a header's bytes, its own field taken for blanks. */
export function checksum(block: Buffer, at = 0): number {
  let sum = 8 * 32;
  for (let i = at; i < at + 148; i++) sum += block[i] as number;
  for (let i = at + 156; i < at + blockSize; i++) sum += block[i] as number;
  return sum;
}

function checksumHolds(block: Buffer, at: number): boolean {
  const said = octal(block, at + 148, 8);
  const sum = checksum(block, at);
  if (said === sum) return true;
  // Some old programs added up signed bytes.
  let signed = sum;
  for (let i = 0; i < blockSize; i++) if ((i < 148 || i >= 156) && (block[at + i] as number) > 127) signed -= 256;
  return said === signed;
}

function text(block: Buffer, start: number, length: number): string {
  let end = start;
  while (end < start + length && block[end] !== 0) end++;
  return end === start ? "" : block.toString("utf8", start, end);
}

/** Whether a field is what was read of it: what is no UTF-8 was replaced. */
function isText(block: Buffer, start: number, length: number, read: string): boolean {
  return !read.includes("\ufffd") || isUtf8(block.subarray(start, start + length));
}

function numeric(block: Buffer, start: number, length: number, what: string, position: number): number {
  const first = block[start] as number;
  const value = (first & 0x80) === 0 ? octal(block, start, length) : base256(block, start, length);
  if (value === undefined || !Number.isSafeInteger(value) || (what === "size" && value < 0)) {
    throw new ContextError(
      "CONTEXT_BAD_ARCHIVE",
      `the tar archive is damaged: at byte ${position}, the ${what} of an entry is no number`,
      {
        hint: "make the archive anew",
      },
    );
  }
  return value;
}

/** Blanks, digits, then blanks or zeros; after a zero, anything. No digits are 0. */
function octal(block: Buffer, start: number, length: number): number | undefined {
  const end = start + length;
  let at = start;
  while (at < end && block[at] === 0x20) at++;
  let value = 0;
  for (; at < end; at++) {
    const digit = (block[at] as number) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  while (at < end && block[at] === 0x20) at++;
  return at === end || block[at] === 0 ? value : undefined;
}

/** GNU's form for numbers too large for the digits, or negative: two's complement, big-endian, the top bit as a mark. */
function base256(block: Buffer, start: number, length: number): number {
  const negative = block[start] === 0xff;
  let value = negative ? -1 : (block[start] as number) & 0x7f;
  for (let i = start + 1; i < start + length; i++) value = value * 256 + (block[i] as number);
  return value;
}

const compressions: readonly (readonly [name: string, magic: readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["zip", [0x50, 0x4b, 0x03, 0x04]],
];

/** What an archive's first bytes say, if they are those of one that is compressed. */
export function compressedError(start: Buffer): ContextError | undefined {
  const known = compressions.find(([, magic]) => magic.every((byte, i) => start[i] === byte));
  if (!known) return undefined;
  return new ContextError("CONTEXT_BAD_ARCHIVE", `this is no tar archive but one compressed by ${known[0]}`, {
    hint: "decompress it on its way here",
  });
}

function notATar(block: Buffer, position: number): ContextError {
  const compressed = position === 0 ? compressedError(block) : undefined;
  if (compressed) return compressed;
  const what =
    position === 0
      ? "this is no tar archive"
      : `the tar archive is damaged: at byte ${position}, no header stands where one should`;
  return new ContextError("CONTEXT_BAD_ARCHIVE", what, { hint: "expected a tar archive; make it anew" });
}
