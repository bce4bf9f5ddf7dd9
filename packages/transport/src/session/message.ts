import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** How a message becomes bytes and back. */
export interface Codec<T> {
  encode(message: T): Uint8Array;
  /** What follows right after that, where it is large and not to be copied. */
  tail?(message: T): Uint8Array | undefined;
  decode(bytes: Uint8Array): T;
}

/** A message whose fields of interest are all text or bytes, by field number; others are passed over. */
export function fieldsCodec<T extends Record<string, string | Uint8Array>>(
  fields: Readonly<Record<number, keyof T & string>>,
  empty: T,
): Codec<T> {
  const entries = Object.entries(fields).map(([number, name]) => [Number(number), name] as const);
  return {
    encode(message) {
      const writer = new BinaryWriter();
      for (const [number, name] of entries) {
        const value = message[name] as string | Uint8Array;
        if (value.length === 0) continue;
        writer.tag(number, WireType.LengthDelimited);
        if (typeof value === "string") writer.string(value);
        else writer.bytes(value);
      }
      return writer.finish();
    },
    decode(bytes) {
      const message: Record<string, string | Uint8Array> = { ...empty };
      const reader = new BinaryReader(bytes);
      while (reader.pos < reader.len) {
        const [number, wireType] = reader.tag();
        const name = fields[number];
        if (name === undefined || wireType !== WireType.LengthDelimited) reader.skip(wireType);
        else message[name] = typeof empty[name] === "string" ? reader.string() : reader.bytes();
      }
      return message as T;
    },
  };
}
