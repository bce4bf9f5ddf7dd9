import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { packEntries, readEntries } from "@slipway/context";

/** A tar stream of these files, for tests. */
export function fixtureArchive(files: Readonly<Record<string, string | Buffer>>): Readable {
  return packEntries(Object.entries(files).map(([name, body]) => ({ header: { name, type: "file" as const }, body })));
}

/** The files of a tar stream. */
export async function unpack(stream: Readable): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { header, body } of readEntries(stream)) {
    const content = await text(body);
    if (header.type === "file") files[header.name] = content;
  }
  return files;
}
