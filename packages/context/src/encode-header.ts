import { ContextError } from "./context-error.ts";
import { blockSize, checksum } from "./decode-block.ts";
import { encodePax, type PaxRecords } from "./pax-records.ts";
import type { EntryType, TarHeader } from "./tar-entry.ts";

/** What so many octal digits can hold. */
const limits = { 6: 8 ** 6, 7: 8 ** 7, 11: 8 ** 11 } as const;

const magic = Buffer.from("ustar\x0000", "latin1");

const flags: Readonly<Record<EntryType, string>> = {
  file: "0",
  link: "1",
  symlink: "2",
  "character-device": "3",
  "block-device": "4",
  directory: "5",
  fifo: "6",
};

/** An entry's header as blocks: one in the ustar format, and before it a pax header where that doesn't hold everything. */
export function encodeHeader(header: TarHeader, size: number): Buffer {
  const own = Buffer.allocUnsafe(blockSize);
  const pax = writeHeader(header, size, own, 0);
  if (!pax) return own;
  const name = `PaxHeader/${nameOf(header).split("/").at(-1) || "x"}`.slice(0, 90);
  return Buffer.concat([
    encodePaxHeader("x", pax, { name: isPlain(name) ? name : "PaxHeader/x", mtime: header.mtime }),
    own,
  ]);
}

/** A pax header as blocks: `x` is of the entry that follows, `g` of all that do. */
export function encodePaxHeader(
  typeflag: "x" | "g",
  pax: PaxRecords,
  { name, mtime }: Pick<TarHeader, "name" | "mtime">,
): Buffer {
  const records = encodePax(pax);
  const block = Buffer.allocUnsafe(blockSize);
  writeHeader({ name, type: "file", mtime }, records.length, block, 0);
  block[156] = typeflag.charCodeAt(0);
  writeChecksum(block, 0);
  return Buffer.concat([block, records, padding(records.length)]);
}

/**
 * Writes an entry's ustar block into a buffer.
 *
 * @returns what the block cannot hold, as records of a pax header that must stand before it; undefined if it holds all
 */
export function writeHeader(
  header: TarHeader,
  size: number,
  block: Buffer,
  at: number,
): Record<string, string | Buffer> | undefined {
  const { type, linkname = "", uname = "", gname = "", uid = 0, gid = 0, devmajor = 0, devminor = 0 } = header;
  const { mtime, mode = type === "directory" ? 0o755 : 0o644 } = header;
  const name = nameOf(header);
  const seconds = mtime ? mtime.getTime() / 1000 : 0;
  if (Number.isNaN(seconds)) throw new ContextError("CONTEXT_BAD_ENTRY", `the time of \`${name}\` is no valid date`);

  let pax: Record<string, string | Buffer> | undefined = header.pax && { ...header.pax };
  const say = (key: string, value: string): void => void ((pax ??= {})[key] = value);
  block.fill(0, at, at + blockSize);
  writeName(block, at, name, say);
  if (!isPlain(linkname) || linkname.length > 100) say("linkpath", linkname);
  if (!isPlain(uname) || uname.length > 31) say("uname", uname);
  if (!isPlain(gname) || gname.length > 31) say("gname", gname);
  if (!fits(uid, 7)) say("uid", String(uid));
  if (!fits(gid, 7)) say("gid", String(gid));
  if (!fits(size, 11)) say("size", String(size));
  if (!fits(seconds, 11)) say("mtime", String(seconds));
  writeOctal(block, mode & 0o7777, at + 100, 7);
  writeOctal(block, uid, at + 108, 7);
  writeOctal(block, gid, at + 116, 7);
  writeOctal(block, size, at + 124, 11);
  writeOctal(block, Math.floor(seconds), at + 136, 11);
  block[at + 156] = flags[type].charCodeAt(0);
  writeText(block, linkname, at + 157, 100);
  block.set(magic, at + 257);
  writeText(block, uname, at + 265, 31);
  writeText(block, gname, at + 297, 31);
  writeOctal(block, devmajor, at + 329, 7);
  writeOctal(block, devminor, at + 337, 7);
  writeChecksum(block, at);
  return pax;
}

/** Most names are short and of plain characters, and are written as they are looked at. */
function writeName(block: Buffer, at: number, name: string, say: (key: string, value: string) => void): void {
  if (name.length <= 100) {
    let i = 0;
    for (; i < name.length; i++) {
      const code = name.charCodeAt(i);
      if (code === 0 || code > 127) break;
      block[at + i] = code;
    }
    if (i === name.length) return;
  }
  const split = splitName(name);
  if (!split) say("path", name);
  const [prefix, last] = split ?? ["", name];
  writeText(block, last, at, 100);
  writeText(block, prefix, at + 345, 155);
}

function writeChecksum(block: Buffer, at: number): void {
  writeOctal(block, checksum(block, at), at + 148, 6);
  block[at + 154] = 0;
  block[at + 155] = 0x20;
}

/** The zeros that fill up a body's last block. */
export function padding(size: number): Buffer {
  return Buffer.allocUnsafe((blockSize - (size % blockSize)) % blockSize).fill(0);
}

function nameOf({ name, type }: TarHeader): string {
  const slash = type === "directory" && !name.endsWith("/") ? "/" : "";
  return name === "" ? "./" : name + slash;
}

/** A name over 100 bytes may go on in the prefix field, where a `/` parts it. Undefined where it cannot. */
function splitName(name: string): [prefix: string, name: string] | undefined {
  if (!isPlain(name)) return undefined;
  if (name.length <= 100) return ["", name];
  const at = name.lastIndexOf("/", Math.min(155, name.length - 2));
  return at > 0 && name.length - at - 1 <= 100 ? [name.slice(0, at), name.slice(at + 1)] : undefined;
}

/** Whether a text is one byte for each character, none of them NUL. */
function isPlain(text: string): boolean {
  return text === "" || (Buffer.byteLength(text) === text.length && !text.includes("\0"));
}

/** Whether a field of so many octal digits holds the number. */
function fits(value: number, digits: 6 | 7 | 11): boolean {
  return Number.isInteger(value) && value >= 0 && value < limits[digits];
}

function writeText(block: Buffer, text: string, at: number, length: number): void {
  if (text !== "") block.write(text, at, length, "utf8");
}

/** Digits, and after them the zero that is there already. */
function writeOctal(block: Buffer, value: number, at: number, digits: 6 | 7 | 11): void {
  let left = fits(value, digits) ? value : 0;
  let i = at + digits - 1;
  // Bits only where they hold all: sizes and times go beyond.
  for (; left > 0x7fffffff; i--) {
    block[i] = 0x30 + (left % 8);
    left = Math.floor(left / 8);
  }
  for (; i >= at; i--) {
    block[i] = 0x30 + (left & 7);
    left >>>= 3;
  }
}
