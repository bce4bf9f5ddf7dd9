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

/** Owners are root's, as docker has it: a context says nothing of the image's users. */
function encodeStat(file: SourceFile): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).string(file.path);
  writer.tag(2, WireType.Varint).uint32(goMode(file));
  if (file.type === "file" && file.size > 0) writer.tag(5, WireType.Varint).int64(file.size);
  if (file.mtimeNs !== 0n) writer.tag(6, WireType.Varint).int64(file.mtimeNs);
  if (file.linkname) writer.tag(7, WireType.LengthDelimited).string(file.linkname);
  return writer.finish();
}
