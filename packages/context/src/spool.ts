import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ContextError } from "./context-error.ts";

/** Content that a {@link Spool} keeps. */
export interface Spooled {
  /** Bytes. */
  readonly size: number;
  /** The content, as often as wanted. */
  open(): AsyncIterable<Buffer> | Buffer;
}

const readSize = 256 * 1024;
const writeSize = 1024 * 1024;

/**
 * Keeps contents for reading in any order and more than once: in memory up to a limit, then in a temporary file that has
 * no name any more from its first moment on, so that nothing is left whatever happens to the process.
 */
export class Spool {
  readonly #memoryLimit: number;
  #inMemory = 0;
  #file: FileHandle | undefined;
  #end = 0;
  #unwritten: Buffer[] = [];
  #unwrittenSize = 0;
  #closed = false;

  /** @param memoryLimit bytes */
  constructor(memoryLimit: number) {
    this.#memoryLimit = memoryLimit;
  }

  /**
   * Keeps what `next` gives until it gives undefined.
   *
   * @param size how much that is
   * @throws {ContextError} `CONTEXT_SPOOL_FAILED` if there is no room
   */
  async add(next: () => Promise<Buffer | undefined>, size: number): Promise<Spooled> {
    if (this.#inMemory + size <= this.#memoryLimit) {
      const chunks: Buffer[] = [];
      for (let chunk = await next(); chunk; chunk = await next()) chunks.push(chunk);
      // A copy, since a chunk may be a slice of a far larger buffer.
      const content = Buffer.concat(chunks);
      this.#inMemory += content.length;
      return { size: content.length, open: () => content };
    }
    const start = this.#end;
    for (let chunk = await next(); chunk; chunk = await next()) {
      this.#end += chunk.length;
      this.#unwritten.push(chunk);
      this.#unwrittenSize += chunk.length;
      if (this.#unwrittenSize >= writeSize) await this.flush();
    }
    const end = this.#end;
    return { size: end - start, open: () => this.#read(start, end) };
  }

  /** Writes what waits in memory, as it must before anything is read. */
  async flush(): Promise<void> {
    if (this.#unwritten.length === 0) return;
    const chunks = this.#unwritten;
    const position = this.#end - this.#unwrittenSize;
    const wanted = this.#unwrittenSize;
    this.#unwritten = [];
    this.#unwrittenSize = 0;
    try {
      const file = (this.#file ??= await openUnnamed());
      let { bytesWritten: done } = await file.writev(chunks, position);
      // A disk that is almost full takes a part; going on with the rest brings its error to light.
      for (const rest = Buffer.concat(done < wanted ? chunks : []); done < wanted;) {
        done += (await file.write(rest, done, wanted - done, position + done)).bytesWritten;
      }
    } catch (cause) {
      throw new ContextError(
        "CONTEXT_SPOOL_FAILED",
        `cannot keep the build context in ${tmpdir()}: ${(cause as Error).message}`,
        {
          cause,
          hint: "make room there, or set TMPDIR to a folder on another disk",
        },
      );
    }
  }

  /** Lets go of everything; what is being read fails. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unwritten = [];
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async *#read(start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
    for (let at = start; at < end;) {
      if (!this.#file || this.#closed) {
        throw new ContextError("CONTEXT_CLOSED", "the build context was let go of before it was read", {
          hint: "close it when everything is built",
        });
      }
      const buffer = Buffer.allocUnsafe(Math.min(readSize, end - at));
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0)
        throw new ContextError("CONTEXT_SPOOL_FAILED", `the temporary file in ${tmpdir()} was cut off`);
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
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
