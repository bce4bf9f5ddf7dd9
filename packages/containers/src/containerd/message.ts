import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** What a field holds: a message's codec stands for a message, in a list for several. */
type Kind =
  | "string"
  | "strings"
  | "bytes"
  | "number"
  | "bool"
  | "map"
  | "time"
  | Message<never>
  | readonly [Message<never>];

/** A message of containerd's API as bytes and back. Fields that aren't described are passed over. */
export interface Message<T> {
  readonly encode: (value: Sparse<T>) => Buffer;
  readonly decode: (bytes: Uint8Array) => T;
}

/** A message that leaves out what is empty. */
export type Sparse<T> = T extends string | number | boolean | undefined | Buffer | Date | readonly unknown[]
  ? T
  : { readonly [K in keyof T]?: Sparse<T[K]> };

/** What a field of a kind holds. */
type Value<K> = K extends readonly [Message<infer T>]
  ? readonly T[]
  : K extends Message<infer T>
    ? T | undefined
    : K extends keyof Scalars
      ? Scalars[K]
      : never;

interface Scalars {
  readonly string: string;
  readonly strings: readonly string[];
  readonly bytes: Buffer;
  readonly number: number;
  readonly bool: boolean;
  readonly map: Readonly<Record<string, string>>;
  readonly time: Date | undefined;
}

/** A message by the numbers of its fields. What is missing in the bytes is empty: `""`, 0, false, [], {}, undefined. */
export function message<const F extends Readonly<Record<string, readonly [number: number, kind: unknown]>>>(
  fields: F,
): Message<{ readonly [K in keyof F]: Value<F[K][1]> }> {
  const described = Object.entries(fields) as [string, readonly [number, Kind]][];
  const byNumber = new Map(described.map(([name, [number, kind]]) => [number, { name, kind }]));
  return {
    encode(value) {
      const writer = new BinaryWriter();
      for (const [name, [number, kind]] of described) {
        const part = (value as Readonly<Record<string, unknown>>)[name];
        if (part !== undefined) write(writer, number, kind, part);
      }
      return Buffer.from(writer.finish());
    },
    decode(bytes) {
      const value: Record<string, unknown> = {};
      for (const [name, [, kind]] of described) value[name] = emptyOf(kind);
      const reader = new BinaryReader(bytes);
      while (reader.pos < reader.len) {
        const [number, wireType] = reader.tag();
        const field = byNumber.get(number);
        if (field) value[field.name] = read(reader, field.kind, value[field.name]);
        else reader.skip(wireType);
      }
      return value as never;
    },
  };
}

function emptyOf(kind: Kind): unknown {
  if (Array.isArray(kind) || kind === "strings") return [];
  if (kind === "map") return {};
  if (kind === "string") return "";
  if (kind === "number") return 0;
  if (kind === "bool") return false;
  return kind === "bytes" ? Buffer.alloc(0) : undefined;
}

function write(writer: BinaryWriter, number: number, kind: Kind, value: unknown): void {
  const bytes = (part: Uint8Array): void => void writer.tag(number, WireType.LengthDelimited).bytes(part);
  if (kind === "string") writer.tag(number, WireType.LengthDelimited).string(value as string);
  else if (kind === "bytes") bytes(value as Uint8Array);
  else if (kind === "number") writer.tag(number, WireType.Varint).int64(value as number);
  else if (kind === "bool") writer.tag(number, WireType.Varint).bool(value as boolean);
  else if (kind === "time") bytes(timestamp.encode({ seconds: Math.floor((value as Date).getTime() / 1_000) }));
  else if (kind === "strings") for (const text of value as string[]) write(writer, number, "string", text);
  else if (kind === "map") {
    for (const [key, text] of Object.entries(value as Record<string, string>)) {
      bytes(pair.encode({ key, value: text }));
    }
  } else if (isList(kind)) for (const part of value as never[]) bytes(kind[0].encode(part));
  else bytes(kind.encode(value as never));
}

function read(reader: BinaryReader, kind: Kind, before: unknown): unknown {
  if (kind === "string") return reader.string();
  if (kind === "bytes") return Buffer.from(reader.bytes());
  if (kind === "number") return Number(reader.int64());
  if (kind === "bool") return reader.bool();
  if (kind === "strings") return [...(before as string[]), reader.string()];
  if (kind === "time") {
    const { seconds, nanos } = timestamp.decode(reader.bytes());
    return new Date(seconds * 1_000 + Math.floor(nanos / 1e6));
  }
  if (kind === "map") {
    const { key, value } = pair.decode(reader.bytes());
    return { ...(before as Record<string, string>), [key]: value };
  }
  if (isList(kind)) return [...(before as unknown[]), kind[0].decode(reader.bytes())];
  return kind.decode(reader.bytes());
}

function isList(kind: Kind): kind is readonly [Message<never>] {
  return Array.isArray(kind);
}

const timestamp: Message<{ readonly seconds: number; readonly nanos: number }> = message({
  seconds: [1, "number"],
  nanos: [2, "number"],
});
const pair: Message<{ readonly key: string; readonly value: string }> = message({
  key: [1, "string"],
  value: [2, "string"],
});
