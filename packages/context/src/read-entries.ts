import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { ByteSource } from "./byte-source.ts";
import { ContextError } from "./context-error.ts";
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
  return iterate(new ByteSource(source, options.signal));
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

class EntryBody extends Readable {
  readonly #reader: TarReader;
  #reading: Promise<void> = Promise.resolve();

  constructor(reader: TarReader) {
    super({ highWaterMark: 64 * 1024 });
    this.#reader = reader;
    // Whoever reads learns of an error; whoever doesn't learns of it from the entries.
    this.on("error", () => undefined);
  }

  override _read(): void {
    this.#reading = this.#pull();
  }

  /** Resolves when the archive may be read on: at the end of a body that flows, at once for any other. */
  async settle(): Promise<void> {
    if (this.readableFlowing === true && !this.destroyed)
      await finished(this, { cleanup: true }).catch(() => undefined);
    await this.#reading;
  }

  leave(name: string): void {
    if (this.readableEnded || this.destroyed) return;
    const message = `the body of \`${name}\` was not read before the next entry was asked for`;
    this.destroy(new ContextError("CONTEXT_CLOSED", message, { hint: "read it to its end first" }));
  }

  async #pull(): Promise<void> {
    try {
      this.push((await this.#reader.chunk()) ?? null);
    } catch (error) {
      this.destroy(error as Error);
    }
  }
}
