import type { Readable } from "node:stream";
import { ByteSource } from "./byte-source.ts";
import { EntryBody } from "./entry-body.ts";
import type { TarEntry } from "./tar-entry.ts";
import { TarReader } from "./tar-reader.ts";

/**
 * Reads a tar archive, entry by entry. A body is read before the next entry is asked for, or flows; what is left of any
 * other is skipped. At the end, and when the reading is broken off, the source is destroyed.
 *
 * @throws {ContextError} `CONTEXT_TRUNCATED_ARCHIVE`, `CONTEXT_BAD_ARCHIVE`, `CONTEXT_UNSUPPORTED_ENTRY`, and
 *   `CONTEXT_BAD_PATH` for an entry outside of the archive's root
 * @throws the source's own error; the signal's reason
 */
export function readEntries(
  source: Readable,
  options: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<TarEntry, void, undefined> {
  return iterate(new ByteSource(source, options));
}

async function* iterate(bytes: ByteSource): AsyncGenerator<TarEntry, void, undefined> {
  const reader = new TarReader(bytes);
  try {
    for (let header = await reader.next(); header; header = await reader.next()) {
      const body = new EntryBody(reader);
      try {
        yield { header, body };
        await body.settle();
      } finally {
        body.leave(header.name);
      }
    }
  } finally {
    await bytes.close();
  }
}
