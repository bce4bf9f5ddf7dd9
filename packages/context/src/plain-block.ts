import { blockSize, checksum, decodeBlock } from "./decode-block.ts";
import { normalizePath } from "./path-rules.ts";
import type { TarHeader } from "./tar-entry.ts";

/** What most files of an archive have in common; one object for all of them. */
export interface PlainAttributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly uname: string;
  readonly gname: string;
}

/** The header of a file that a single block says all of, and in the form in which it may go into another archive. */
export class PlainBlock {
  readonly name: string;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly attributes: PlainAttributes;

  constructor(name: string, size: number, mtime: number, attributes: PlainAttributes) {
    this.name = name;
    this.size = size;
    this.mtime = mtime;
    this.attributes = attributes;
  }
}

/** A plain file's header as an object. */
export function plainHeader(
  name: string,
  { size, mtime, attributes }: Pick<PlainBlock, "size" | "mtime" | "attributes">,
): TarHeader {
  const { mode, uid, gid, uname, gname } = attributes;
  const date = new Date(mtime * 1000);
  if (uname === "" && gname === "") return { name, type: "file", mode, uid, gid, size, mtime: date };
  const names = { ...(uname === "" ? {} : { uname }), ...(gname === "" ? {} : { gname }) };
  return { name, type: "file", mode, uid, gid, ...names, size, mtime: date };
}

/** Reads plain headers without an object for each field: most have the same owner and mode as the one before. */
export class PlainBlocks {
  readonly #last: Buffer = Buffer.alloc(blockSize);
  /** What its fields add up to, but for name, size and time. */
  #lastSum = 0;
  #attributes: PlainAttributes | undefined;

  /**
   * The header, if it is a plain one; undefined if it must be read by `decodeBlock`, which tells of what is wrong.
   *
   * @param at where it begins in the buffer
   * @param position the block's place in the archive, for messages
   */
  read(block: Buffer, at: number, position: number): PlainBlock | undefined {
    let sum = 0;
    let length = 0;
    for (; length < 100; length++) {
      const byte = block[at + length] as number;
      if (byte === 0) break;
      if (byte > 127) return undefined;
      sum += byte;
    }
    for (let i = length; i < 100; i++) if (block[at + i] !== 0) return undefined;
    if (length === 0) return undefined;
    if (!this.#isLikeLast(block, at) && !this.#learn(block, at, position)) return undefined;
    for (let i = 124; i < 148; i++) sum += block[at + i] as number;
    if (digits(block, at + 148, 6) !== sum + this.#lastSum) return undefined;
    const size = digits(block, at + 124, 11);
    const mtime = digits(block, at + 136, 11);
    if (size < 0 || mtime < 0 || block[at + length - 1] === 0x2f || !this.#attributes) return undefined;
    const written = block.toString("latin1", at, at + length);
    const name = startsWithDot(block, at) ? written.slice(2) : written;
    return normalizePath(name) === name ? new PlainBlock(name, size, mtime, this.#attributes) : undefined;
  }

  /** Whether all but name, size, time and checksum are those of the last header that was learnt. */
  #isLikeLast(block: Buffer, at: number): boolean {
    const last = this.#last;
    const { length } = last;
    return (
      last.compare(block, at + 156, at + length, 156) === 0 && last.compare(block, at + 100, at + 124, 100, 124) === 0
    );
  }

  /** Takes in what the next headers will mostly repeat; whether it is fit for that. */
  #learn(block: Buffer, at: number, position: number): boolean {
    const typeflag = block[at + 156];
    if ((typeflag !== 0x30 && typeflag !== 0) || block.toString("latin1", at + 257, at + 262) !== "ustar") return false;
    const { mode, uid, gid, uname, gname, linkname } = decodeBlock(block, at, position);
    if (mode > 0o7777 || linkname !== "") return false;
    for (let i = 345; i < blockSize; i++) if (block[at + i] !== 0) return false;
    this.#attributes = { mode, uid, gid, uname, gname };
    const last = this.#last;
    block.copy(last, 0, at, at + blockSize);
    last.fill(0, 0, 100).fill(0, 124, 148);
    this.#lastSum = checksum(last);
    return true;
  }
}

/** A number of just so many octal digits, and after them a zero or blank; -1 for any other form. */
function digits(block: Buffer, start: number, length: number): number {
  const end = block[start + length];
  if (end !== 0 && end !== 0x20) return -1;
  let value = 0;
  for (let i = start; i < start + length; i++) {
    const digit = (block[i] as number) - 0x30;
    if (digit < 0 || digit > 7) return -1;
    value = value * 8 + digit;
  }
  return value;
}

/** Whether a plain block's name is written with a `./` before it. */
export function startsWithDot(block: Buffer, at: number): boolean {
  return block[at] === 0x2e && block[at + 1] === 0x2f;
}

/** Takes the first `strip` bytes off the name in a plain block. */
export function stripName(block: Buffer, at: number, strip: number): void {
  if (strip === 0) return;
  let sum = digits(block, at + 148, 6);
  for (let i = at; i < at + strip; i++) sum -= block[i] as number;
  block.copyWithin(at, at + strip, at + 100);
  block.fill(0, at + 100 - strip, at + 100);
  for (let i = at + 153; i >= at + 148; i--, sum >>>= 3) block[i] = 0x30 + (sum & 7);
}
