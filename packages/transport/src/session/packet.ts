import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { Codec } from "./message.ts";

/**
 * A message of BuildKit's file transfer; see session/filesync and tonistiigi/fsutil's wire.proto. Stats of files are written
 * by `statFrames`.
 */
export type Packet =
  /** The list is complete. */
  | { readonly type: "stat" }
  | { readonly type: "request"; readonly id: number }
  /** Without data: the file is complete. */
  | { readonly type: "data"; readonly id: number; readonly data?: Uint8Array }
  | { readonly type: "end" }
  | { readonly type: "error"; readonly data: Uint8Array };

const types = ["stat", "request", "data", "end", "error"] as const;

/** Packets as bytes: what we send is written in full, what the engine sends is read as far as it concerns us. */
export const packetCodec: Codec<Packet> = {
  encode(packet) {
    const writer = new BinaryWriter();
    const type = types.indexOf(packet.type);
    if (type > 0) writer.tag(1, WireType.Varint).int32(type);
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
