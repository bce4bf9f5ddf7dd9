import { isUtf8 } from "node:buffer";
import { ContextError } from "./context-error.ts";

/** The records of a pax header: text, or bytes where they are none. */
export type PaxRecords = Readonly<Record<string, string | Buffer>>;

/**
 * Reads the records of a pax header: `<length> <key>=<value>\n` each.
 *
 * @throws {ContextError} `CONTEXT_BAD_ARCHIVE`
 */
export function decodePax(data: Buffer, position: number): Record<string, string | Buffer> {
  // Without a prototype: a key may have any name.
  const records = Object.create(null) as Record<string, string | Buffer>;
  for (let at = 0; at < data.length;) {
    const blank = data.indexOf(32, at);
    const length = blank < 0 ? Number.NaN : Number(data.toString("latin1", at, blank));
    const end = at + length;
    const equals = data.indexOf(61, blank);
    if (!Number.isInteger(length) || end > data.length || end <= equals || equals < 0 || data[end - 1] !== 10) {
      throw new ContextError(
        "CONTEXT_BAD_ARCHIVE",
        `the tar archive is damaged: at byte ${position}, a pax header cannot be read`,
        {
          hint: "make the archive anew",
        },
      );
    }
    const value = data.subarray(equals + 1, end - 1);
    records[data.toString("utf8", blank + 1, equals)] = isUtf8(value) ? value.toString("utf8") : Buffer.from(value);
    at = end;
  }
  return records;
}

/** Writes records as a pax header's content. */
export function encodePax(records: PaxRecords): Buffer {
  return Buffer.concat(
    Object.entries(records).map(([key, value]) => {
      const content = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value as string), Buffer.from("\n")]);
      // The length counts its own digits.
      let length = content.length + 1;
      while (length !== content.length + String(length).length) length = content.length + String(length).length;
      return Buffer.concat([Buffer.from(String(length)), content]);
    }),
  );
}
