import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/**
 * Changes the texts of a `moby.buildkit.v1.StatusResponse`: names and errors of its vertices. All else stays, fields of
 * later versions too.
 */
export function restoreTrace(bytes: Uint8Array, restore: (text: string) => string): Uint8Array {
  return mapFields(bytes, (number, value) =>
    number === 1
      ? mapFields(value, (inner, text) => (inner === 3 || inner === 7 ? mapText(text, restore) : text))
      : value,
  );
}

function mapText(bytes: Uint8Array, restore: (text: string) => string): Uint8Array {
  const text = Buffer.from(bytes).toString("utf8");
  const restored = restore(text);
  return restored === text ? bytes : Buffer.from(restored);
}

/** A message with its length-delimited fields changed. */
function mapFields(bytes: Uint8Array, change: (number: number, value: Uint8Array) => Uint8Array): Uint8Array {
  const reader = new BinaryReader(bytes);
  const writer = new BinaryWriter();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    writer.tag(number, wireType);
    if (wireType === WireType.LengthDelimited) writer.bytes(change(number, reader.bytes()));
    else writer.raw(reader.skip(wireType, number));
  }
  return writer.finish();
}
