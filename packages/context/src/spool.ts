import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { ContextError } from "./context-error.ts";

/** Content that a {@link Spool} keeps. */
export interface Spooled {
  readonly size: number;
  /** A stream of the content, as often as wanted. */
  open(): Readable | Buffer;
}

/**
 * Keeps contents for reading in any order and more than once: in memory up to a limit, then in a temporary file that has
 * no name any more from its first moment on, so that nothing is left whatever happens to the process.
 */
export class Spool {
  readonly #memoryLimit: number;
  #inMemory = 0;
  #file: FileHandle | undefined;
  #end = 0;
  #closed = false;

  /** @param memoryLimit bytes */
  constructor(memoryLimit: number) {
    this.#memoryLimit = memoryLimit;
  }

  /** Keeps all that the source holds; `size` is what it is said to hold. */
  async add(source: AsyncIterable<Buffer>, size: number): Promise<Spooled> {
    if (this.#inMemory + size <= this.#memoryLimit) {
      const chunks: Buffer[] = [];
      for await (const chunk of source) chunks.push(chunk);
      // A copy, since a chunk may be a slice of a far larger buffer.
      const content = Buffer.concat(chunks);
      this.#inMemory += content.length;
      return { size: content.length, open: () => content };
    }
    const start = this.#end;
    try {
      const file = (this.#file ??= await openUnnamed());
      for await (const chunk of source) {
        await file.write(chunk, 0, chunk.length, this.#end);
        this.#end += chunk.length;
      }
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code !== "ENOSPC" && code !== "EACCES" && code !== "EROFS" && code !== "ENOENT") throw cause;
      throw new ContextError("CONTEXT_SPOOL_FAILED", `cannot keep the build context in ${tmpdir()}: ${message}`, {
        cause,
        hint: "make room there, or set TMPDIR to a folder on another disk",
      });
    }
    const end = this.#end;
    return { size: end - start, open: () => this.#read(start, end) };
  }

  /** Lets go of everything; streams that are open fail. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#file?.close();
    this.#file = undefined;
  }

  #read(start: number, end: number): Readable {
    const read = async function* (this: Spool): AsyncGenerator<Buffer> {
      for (let at = start; at < end; ) {
        if (!this.#file || this.#closed) throw new ContextError("CONTEXT_CLOSED", "the split context was closed");
        const buffer = Buffer.allocUnsafe(Math.min(256 * 1024, end - at));
        const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, at);
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    };
    return Readable.from(read.call(this), { objectMode: false, highWaterMark: 256 * 1024 });
  }
}

async function openUnnamed(): Promise<FileHandle> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-spool-"));
  try {
    return await open(path.join(folder, "spool"), "wx+", 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
