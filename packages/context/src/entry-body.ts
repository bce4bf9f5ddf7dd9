import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { ContextError } from "./context-error.ts";
import type { TarReader } from "./tar-reader.ts";

/** The body of the entry that the reader is at. */
export class EntryBody extends Readable {
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
