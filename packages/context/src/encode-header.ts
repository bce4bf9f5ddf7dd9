import { ContextError } from "./context-error.ts";
import { blockSize, checksum } from "./decode-block.ts";
import { encodePax } from "./pax-records.ts";
import type { EntryType, TarHeader } from "./tar-entry.ts";

/** What so many octal digits can hold. */
const limits = { 6: 8 ** 6, 7: 8 ** 7, 11: 8 ** 11 } as const;

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
  const { type, linkname = "", uname = "", gname = "", uid = 0, gid = 0, devmajor = 0, devminor = 0 } = header;
  const { mtime = new Date(0), mode = type === "directory" ? 0o755 : 0o644 } = header;
  const name = nameOf(header);
  const seconds = mtime.getTime() / 1000;
  if (Number.isNaN(seconds)) throw new ContextError("CONTEXT_BAD_ENTRY", `the time of \`${name}\` is no valid date`);

  const pax: Record<string, string | Buffer> = { ...header.pax };
  const [prefix, last] = splitName(name) ?? ["", (pax["path"] = name)];
  if (!isPlain(linkname) || linkname.length > 100) pax["linkpath"] = linkname;
  if (!isPlain(uname) || uname.length > 31) pax["uname"] = uname;
  if (!isPlain(gname) || gname.length > 31) pax["gname"] = gname;
  if (!fits(uid, 7)) pax["uid"] = String(uid);
  if (!fits(gid, 7)) pax["gid"] = String(gid);
  if (!fits(size, 11)) pax["size"] = String(size);
  if (!fits(seconds, 11)) pax["mtime"] = String(seconds);

  const own = ustarBlock({
    name: last,
    prefix,
    flag: flags[type],
    mode: mode & 0o7777,
    uid,
    gid,
    size,
    mtime: Math.floor(seconds),
    linkname,
    uname,
    gname,
    devmajor,
    devminor,
  });
  if (Object.keys(pax).length === 0) return own;
  const records = encodePax(pax);
  const block = ustarBlock({
    name: `PaxHeader/${last.slice(-80)}`,
    prefix: "",
    flag: "x",
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: records.length,
    mtime: Math.floor(seconds),
    linkname: "",
    uname: "",
    gname: "",
    devmajor: 0,
    devminor: 0,
  });
  return Buffer.concat([block, records, padding(records.length), own]);
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

interface UstarFields {
  readonly name: string;
  readonly prefix: string;
  readonly flag: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly linkname: string;
  readonly uname: string;
  readonly gname: string;
  readonly devmajor: number;
  readonly devminor: number;
}

/** What a field cannot hold is cut, or 0: then a pax header says it. */
function ustarBlock(fields: UstarFields): Buffer {
  // From the pool: an allocation of its own for each would be most of the work.
  const block = Buffer.allocUnsafe(blockSize).fill(0);
  writeText(block, fields.name, 0, 100);
  writeOctal(block, fields.mode, 100, 7);
  writeOctal(block, fields.uid, 108, 7);
  writeOctal(block, fields.gid, 116, 7);
  writeOctal(block, fields.size, 124, 11);
  writeOctal(block, fields.mtime, 136, 11);
  block[156] = fields.flag.charCodeAt(0);
  writeText(block, fields.linkname, 157, 100);
  block.write("ustar\x0000", 257, "latin1");
  writeText(block, fields.uname, 265, 31);
  writeText(block, fields.gname, 297, 31);
  writeOctal(block, fields.devmajor, 329, 7);
  writeOctal(block, fields.devminor, 337, 7);
  writeText(block, fields.prefix, 345, 155);
  writeOctal(block, checksum(block), 148, 6);
  block[155] = 0x20;
  return block;
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
