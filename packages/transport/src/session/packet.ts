import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { Codec } from "./message.ts";
import type { SourceFile } from "./file-source.ts";

/** A message of BuildKit's file transfer; see session/filesync and tonistiigi/fsutil's wire.proto. */
export type Packet =
  /** Without `file`: the list is complete. */
  | { readonly type: "stat"; readonly file?: SourceFile }
  | { readonly type: "request"; readonly id: number }
  /** Without data: the file is complete. */
  | { readonly type: "data"; readonly id: number; readonly data?: Uint8Array }
  | { readonly type: "end" }
  | { readonly type: "error"; readonly data: Uint8Array };

const types = ["stat", "request", "data", "end", "error"] as const;

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

/** Packets as bytes: what we send is written in full, what the engine sends is read as far as it concerns us. */
export const packetCodec: Codec<Packet> = {
  encode(packet) {
    const writer = new BinaryWriter();
    const type = types.indexOf(packet.type);
    if (type > 0) writer.tag(1, WireType.Varint).int32(type);
    if (packet.type === "stat" && packet.file) writer.tag(2, WireType.LengthDelimited).bytes(encodeStat(packet.file));
    if ((packet.type === "request" || packet.type === "data") && packet.id > 0)
      writer.tag(3, WireType.Varint).uint32(packet.id);
    const data = dataOf(packet);
    if (data) writer.tag(4, WireType.LengthDelimited).uint32(data.length);
    return writer.finish();
  },
  tail: dataOf,
  decode(bytes) {
    const reader = new BinaryReader(bytes);
    let type = 0;
    let id = 0;
    let data: Uint8Array = new Uint8Array();
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      if (number === 1) type = reader.int32();
      else if (number === 3) id = reader.uint32();
      else if (number === 4) data = reader.bytes();
      else reader.skip(wireType);
    }
    const name = types[type] ?? "error";
    if (name === "request") return { type: name, id };
    if (name === "data") return { type: name, id, ...(data.length > 0 ? { data } : {}) };
    return name === "error" ? { type: name, data } : { type: name };
  },
};

function dataOf(packet: Packet): Uint8Array | undefined {
  return "data" in packet && packet.data?.length ? packet.data : undefined;
}

/** The largest number of bytes that a stat has beside its texts. */
const statFields = 64;

/**
 * Owners are root's, as docker has it: a context says nothing of the image's users. Written by hand, since a context may
 * have a hundred thousand of them: a writer for messages of any kind takes several times as long.
 */
function encodeStat(file: SourceFile): Uint8Array {
  const { path, linkname = "", size, mtimeNs } = file;
  const bytes = Buffer.allocUnsafe(statFields + 3 * (path.length + linkname.length));
  let at = writeText(bytes, 0, 0x0a, path);
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
  return bytes.subarray(0, at);
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
