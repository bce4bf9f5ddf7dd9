import type { Readable } from "node:stream";
import { ByteSource } from "./byte-source.ts";
import { encodePaxHeader } from "./encode-header.ts";
import { EntryBody } from "./entry-body.ts";
import { type EncodedEntries, packParts } from "./pack-entries.ts";
import { PlainBlock, plainHeader } from "./plain-block.ts";
import type { EntryToPack, TarHeader } from "./tar-entry.ts";
import { TarReader } from "./tar-reader.ts";

/** Makes another entry of one, or none. The body must be read here, or be the new entry's. */
export type TarChange = (body: Readable) => Promise<EntryToPack | undefined> | EntryToPack | undefined;

/** What is to be changed in an archive. */
export interface RewriteTarOptions {
  /** Asked of each entry; one that nothing is given for stays. */
  readonly change: (header: TarHeader) => TarChange | undefined;
  /** Entries that go before those of the archive. */
  readonly first?: Iterable<EntryToPack> | undefined;
  /** Asked at the archive's end for entries that go after its own. An error that it throws is the stream's. */
  readonly last?: (() => Iterable<EntryToPack>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Changes entries of a tar stream. The others go through byte for byte, headers, padding and all, and uncopied, but are
 * checked as `readEntries` does. An error of the source, of the archive or of a change is the stream's error; destroying
 * the stream destroys the source.
 */
export function rewriteTar(source: Readable, options: RewriteTarOptions): Readable {
  const stream = packParts(new TarRewriter(source, options).parts());
  // Not by the parts: they may wait for bytes that don't come.
  stream.once("close", () => source.destroy());
  return stream;
}

/** How many of the source's chunks are handed on at once: each time takes a turn. */
const atOnce = 4;

class TarRewriter {
  readonly #options: RewriteTarOptions;
  readonly #bytes: ByteSource;
  readonly #reader: TarReader;

  constructor(source: Readable, options: RewriteTarOptions) {
    this.#options = options;
    this.#bytes = new ByteSource(source, { signal: options.signal });
    this.#reader = new TarReader(this.#bytes);
  }

  async *parts(): AsyncGenerator<EntryToPack | EncodedEntries, void, undefined> {
    const { change, first = [], last } = this.#options;
    const bytes = this.#bytes;
    const reader = this.#reader;
    try {
      yield* first;
      bytes.record();
      while (true) {
        if (!reader.finishNow()) {
          // Of what isn't there yet there may be much.
          while (await reader.chunk()) if (bytes.recordedPieces >= atOnce) yield { encoded: bytes.recorded() };
          await reader.finish();
        }
        bytes.mark();
        const { globals } = reader;
        const found = reader.nextNow() ?? (await reader.next());
        if (!found) break;
        const header = found instanceof PlainBlock ? plainHeader(found.name, found) : found;
        const changed = change(header);
        if (changed) {
          bytes.endRecording();
          yield { encoded: bytes.recorded() };
          // What was said before this entry of all entries must not go with it.
          if (reader.globals !== globals) {
            yield {
              encoded: [encodePaxHeader("g", reader.globals, { name: "pax_global_header", mtime: header.mtime })],
            };
          }
          yield* this.#changed(header, changed);
        } else if (bytes.recordedPieces >= atOnce) yield { encoded: bytes.recorded() };
      }
      yield { encoded: bytes.recorded() };
      if (last) yield* last();
    } finally {
      await bytes.close();
    }
  }

  async *#changed(header: TarHeader, change: TarChange): AsyncGenerator<EntryToPack, void, undefined> {
    const body = new EntryBody(this.#reader);
    try {
      const entry = await change(body);
      if (entry) yield entry;
      await body.settle();
    } finally {
      body.leave(header.name);
    }
    await this.#reader.finish();
    this.#bytes.record();
  }
}
