import type { EntryToPack } from "@slipway/context";
import { archived } from "./shell-scripts.ts";
import type { FileBatch } from "./updater.ts";

/** A batch as the entries of an archive that is unpacked at `/`. */
export async function* tarOf(batch: FileBatch): AsyncGenerator<EntryToPack, void, undefined> {
  const left = new Set(batch.files.filter((file) => !archived(file)).map(({ name }) => name));
  for await (const { header, body } of batch.contents()) {
    if (left.has(header.name)) continue;
    yield { header: { ...header, name: header.name.slice(1) }, ...(body === undefined ? {} : { body }) };
  }
}
