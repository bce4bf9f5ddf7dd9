import { ReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { ContextError } from "./context-error.ts";
import { Recording } from "./recording.ts";

const none = Buffer.alloc(0);
/** A file's stream gives pieces of 64 KiB, each of them a turn, unless so much is asked for: that raises its high-water mark. */
const filePiece = 512 * 1024;

/** A timer that is set for longer goes off at once. */
const timerAtMost = 2 ** 31 - 1;

/** How to read a stream. */
export interface ByteSourceOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long the stream may give nothing, in milliseconds. Default: for ever. */
  readonly stallTimeoutMs?: number | undefined;
}

/** A stream's bytes, in pieces of the size that the reader asks for. */
export class ByteSource {
  readonly #source: Readable;
  readonly #signal: AbortSignal | undefined;
  readonly #stallTimeoutMs: number | undefined;
  readonly #onAbort = (): void => this.#abandon(this.#signal?.reason);
  /** Ends the waiting for the stream's next piece. */
  #giveUp: ((reason: unknown) => void) | undefined;
  #isAbandoned = false;
  #iterator: AsyncIterator<unknown> | undefined;
  #chunk: Buffer = none;
  #at = 0;
  #passed = 0;
  #failure: { readonly error: unknown } | undefined;
  #recording: Recording | undefined;

  constructor(source: Readable, { signal, stallTimeoutMs }: ByteSourceOptions = {}) {
    this.#source = source;
    this.#signal = signal;
    this.#stallTimeoutMs = stallTimeoutMs;
    // From now on: a stream may fail before its first byte is asked for, and nobody else listens.
    source.on("error", () => undefined);
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#passed + this.#at;
  }

  /** The next `length` bytes; fewer, if the stream ends before. */
  async take(length: number): Promise<Buffer> {
    const now = this.takeNow(length);
    if (now) return now;
    const parts: Buffer[] = [];
    let missing = length;
    while (missing > 0) {
      const part = await this.some(missing);
      if (!part) break;
      parts.push(part);
      missing -= part.length;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  /** The next `length` bytes if they are there already: saves a turn of the event loop. */
  takeNow(length: number): Buffer | undefined {
    if (this.#chunk.length - this.#at < length) return undefined;
    return this.#cut(length);
  }

  /** Where the next `length` bytes begin in {@link chunk}, if they are there already; -1 if they are not. */
  findNow(length: number): number {
    return this.#chunk.length - this.#at < length ? -1 : this.#at;
  }

  /** The bytes that are at hand, among others that were taken before. */
  get chunk(): Buffer {
    return this.#chunk;
  }

  /** Passes over `length` bytes that are there already. */
  passNow(length: number): boolean {
    if (this.#chunk.length - this.#at < length) return false;
    this.#at += length;
    return true;
  }

  /** The next bytes, as many as are there and `atMost` that many; undefined at the stream's end. */
  async some(atMost: number): Promise<Buffer | undefined> {
    while (this.#at === this.#chunk.length) {
      const chunk = await this.#pull();
      if (!chunk) return undefined;
      this.#passed += this.#chunk.length;
      this.#recording?.next(this.#chunk);
      this.#chunk = chunk;
      this.#at = 0;
    }
    return this.#cut(Math.min(atMost, this.#chunk.length - this.#at));
  }

  /** Passes over `length` bytes; whether there were that many. */
  async skip(length: number): Promise<boolean> {
    for (let left = length; left > 0;) {
      const part = await this.some(left);
      if (!part) return false;
      left -= part.length;
    }
    return true;
  }

  /** From now on it is recorded what is read. */
  record(): void {
    this.#recording = new Recording(this.#at);
  }

  /** What was recorded since the last time: the stream's own chunks, or parts of them. */
  recorded(): Buffer[] {
    return this.#recording?.cut(this.#chunk, this.#at) ?? [];
  }

  /** How many pieces there are to be had of {@link recorded}, besides what is of the chunk at hand. */
  get recordedPieces(): number {
    return this.#recording?.length ?? 0;
  }

  /** Sets the place that {@link forget} goes back to. */
  mark(): void {
    this.#recording?.mark(this.#at);
  }

  /** Forgets what was recorded since the mark. */
  forget(): void {
    this.#recording?.forget(this.#chunk, this.#at);
  }

  /** Forgets the same, and records no more; what was recorded before can still be had, once. */
  endRecording(): void {
    this.forget();
    this.#recording?.end();
  }

  /** Ends the reading; the stream is destroyed unless it is at its end. */
  async close(): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    if (!this.#isAbandoned) await this.#iterator?.return?.();
    this.#source.destroy();
  }

  #cut(length: number): Buffer {
    const start = this.#at;
    this.#at += length;
    return this.#chunk.subarray(start, this.#at);
  }

  async #pull(): Promise<Buffer | undefined> {
    this.#signal?.throwIfAborted();
    // An iterator that has thrown would say that it is at its end.
    if (this.#failure) throw this.#failure.error;
    let result: IteratorResult<unknown>;
    try {
      if (!this.#iterator) {
        const first: unknown = this.#source instanceof ReadStream ? this.#source.read(filePiece) : null;
        this.#iterator = this.#source[Symbol.asyncIterator]();
        if (first !== null) return asBuffer(first);
      }
      result = await this.#orGivenUp(this.#iterator.next());
    } catch (error) {
      this.#signal?.throwIfAborted();
      // The stream's end never came, and it gave no reason.
      if ((error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE") return undefined;
      this.#failure = { error };
      throw error;
    }
    this.#signal?.throwIfAborted();
    return result.done ? undefined : asBuffer(result.value);
  }

  /** Not waited for any longer once the reading is given up: a stream that stands still may not even be destroyed. */
  async #orGivenUp(next: Promise<IteratorResult<unknown>>): Promise<IteratorResult<unknown>> {
    const limit = this.#stallTimeoutMs;
    const timer = limit && setTimeout(() => this.#abandon(this.#stalled(limit)), Math.min(limit, timerAtMost));
    try {
      return await new Promise((resolve, reject) => {
        this.#giveUp = reject;
        next.then(resolve, reject);
      });
    } finally {
      clearTimeout(timer);
      this.#giveUp = undefined;
    }
  }

  #abandon(reason: unknown): void {
    this.#isAbandoned = this.#giveUp !== undefined;
    this.#source.destroy(reason instanceof Error ? reason : undefined);
    this.#giveUp?.(reason);
  }

  #stalled(limit: number): ContextError {
    const at = this.#passed + this.#chunk.length;
    return new ContextError(
      "CONTEXT_STALLED",
      `the archive's stream gave nothing for ${limit / 1000} s, after ${at} bytes`,
      {
        hint: "see whether what makes the archive has stopped, or allow it more time",
      },
    );
  }
}

function asBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new ContextError(
    "CONTEXT_BAD_ARCHIVE",
    `the archive's stream gives a ${typeof chunk}, and bytes were expected`,
    {
      hint: "hand over the stream as it is, without setEncoding() or object mode",
    },
  );
}
