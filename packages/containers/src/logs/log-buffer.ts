import { Readable } from "node:stream";
import type { LogChunk } from "./log-chunk.ts";
import { LogFile } from "./log-file.ts";

/** The first pieces stay in memory, up to so many bytes; what comes after goes to a file. */
const memoryLimit = 1024 * 1024;

/**
 * What a container wrote, both streams in the order in which they came. However much it is, it is kept, in memory or in a
 * file: either stream can be read first, each any number of times, also while more comes in.
 */
export class LogBuffer implements AsyncIterable<LogChunk>, AsyncDisposable {
  readonly #memory: LogChunk[] = [];
  #memoryBytes = 0;
  #file: LogFile | undefined;
  #end: { readonly error?: unknown } | undefined;
  #storing: Promise<void> = Promise.resolve();
  #waiting: (() => void)[] = [];

  /** Both streams, as they came. */
  combined(): Readable {
    return Readable.from(bytesOf(this, undefined), { objectMode: false });
  }

  /** Each stream for itself. */
  separated(): { readonly stdout: Readable; readonly stderr: Readable } {
    const one = (stream: LogChunk["stream"]): Readable => Readable.from(bytesOf(this, stream), { objectMode: false });
    return { stdout: one("stdout"), stderr: one("stderr") };
  }

  /** Everything as text, of both streams or of one, once the container has ended. */
  async text(stream?: LogChunk["stream"]): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const data of bytesOf(this, stream)) text += decoder.decode(data, { stream: true });
    return text + decoder.decode();
  }

  /** Pieces of both streams from the first one on, as they come, to the container's end. */
  async *[Symbol.asyncIterator](): AsyncGenerator<LogChunk> {
    let index = 0;
    let offset = 0;
    for (;;) {
      if (index < this.#memory.length) {
        yield this.#memory[index++] as LogChunk;
      } else if (this.#file && offset < this.#file.size) {
        const { chunks, next } = await this.#file.read(offset);
        offset = next;
        yield* chunks;
      } else if (this.#end) {
        if ("error" in this.#end) throw this.#end.error;
        return;
      } else {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    }
  }

  /** Takes another piece. Resolves when there is room for more. */
  append(chunk: LogChunk): Promise<void> {
    this.#storing = this.#storing.then(() => this.#store(chunk));
    return this.#storing;
  }

  /** Nothing more comes, once what was given is stored. */
  async finish(): Promise<void> {
    await this.#storing;
    this.end();
  }

  /** Nothing more comes: readers end, with the error if there is one. */
  end(error?: unknown): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake();
  }

  /** Forgets everything; whoever still reads comes to an end. */
  async close(): Promise<void> {
    this.end();
    await this.#storing.catch(() => undefined);
    this.#memory.length = 0;
    await this.#file?.close();
    this.#file = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #store(chunk: LogChunk): Promise<void> {
    if (this.#end || chunk.data.length === 0) return;
    if (!this.#file && this.#memoryBytes + chunk.data.length <= memoryLimit) {
      this.#memory.push(chunk);
      this.#memoryBytes += chunk.data.length;
    } else {
      this.#file ??= await LogFile.create();
      await this.#file.append(chunk);
    }
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

async function* bytesOf(
  chunks: AsyncIterable<LogChunk>,
  stream: LogChunk["stream"] | undefined,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    if (stream === undefined || chunk.stream === stream) yield chunk.data;
  }
}
