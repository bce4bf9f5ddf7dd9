import { readSync } from "node:fs";
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
/** Small contents are read by blocks, since those that lie side by side are mostly wanted one after the other. */
const blockSize = 64 * 1024;
const blocksAtMost = 64;
/** Contents in memory lie in slabs: a buffer of its own for each would weigh more than most contents. */
const slabSize = 256 * 1024;

/**
 * Keeps contents for reading in any order and more than once: in memory up to a limit, then in a temporary file that has
 * no name any more from its first moment on, so that nothing is left whatever happens to the process.
 */
export class Spool {
  readonly #memoryLimit: number;
  #inMemory = 0;
  #slab = Buffer.alloc(0);
  #slabUsed = 0;
  #file: FileHandle | undefined;
  #end = 0;
  #unwritten: Buffer[] = [];
  #unwrittenSize = 0;
  #writing: Promise<void> = Promise.resolve();
  /** The least recently used first. */
  readonly #blocks = new Map<number, Buffer>();
  #closed = false;

  /** @param memoryLimit bytes */
  constructor(memoryLimit: number) {
    this.#memoryLimit = memoryLimit;
  }

  /** Whether enough waits for being written. */
  get due(): boolean {
    return this.#unwrittenSize >= writeSize;
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
      return this.#keep(chunks, size);
    }
    const start = this.#end;
    for (let chunk = await next(); chunk; chunk = await next()) {
      this.#append(chunk);
      if (this.due) await this.write();
    }
    return this.#inFile(start, this.#end);
  }

  /** Keeps a content that is there already. Call {@link write} when it is {@link due}. */
  addNow(content: Buffer): Spooled {
    if (this.#inMemory + content.length <= this.#memoryLimit) return this.#keep([content], content.length);
    const start = this.#end;
    this.#append(content);
    return this.#inFile(start, this.#end);
  }

  /** Begins to write what waits in memory, once the writing before has ended. */
  async write(): Promise<void> {
    await this.#writing;
    const chunks = this.#unwritten;
    const size = this.#unwrittenSize;
    this.#unwritten = [];
    this.#unwrittenSize = 0;
    this.#writing = this.#writeOut(chunks, this.#end - size, size);
    // Told of by whoever waits for it next.
    this.#writing.catch(() => undefined);
  }

  /** Writes what waits in memory, as it must before anything is read. */
  async flush(): Promise<void> {
    if (this.#unwrittenSize > 0) await this.write();
    await this.#writing;
  }

  /** Lets go of everything; what is being read fails. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unwritten = [];
    this.#blocks.clear();
    await this.#writing.catch(() => undefined);
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** Keeps a copy, since the chunks may be slices of far larger buffers. */
  #keep(chunks: readonly Buffer[], size: number): Spooled {
    if (this.#slab.length - this.#slabUsed < size) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(size, slabSize));
      this.#slabUsed = 0;
    }
    const start = this.#slabUsed;
    for (const chunk of chunks) this.#slabUsed += chunk.copy(this.#slab, this.#slabUsed);
    this.#inMemory += size;
    return new Kept(this.#slab, start, size);
  }

  #append(chunk: Buffer): void {
    this.#end += chunk.length;
    this.#unwritten.push(chunk);
    this.#unwrittenSize += chunk.length;
  }

  #inFile(start: number, end: number): Spooled {
    return new InFile(this, start, end - start);
  }

  async #writeOut(chunks: readonly Buffer[], position: number, wanted: number): Promise<void> {
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

  /** What lies in the file from `start` to `end`. */
  open(start: number, end: number): AsyncIterable<Buffer> | Buffer {
    if (end - start > blockSize) return this.#read(start, end);
    return this.#fromBlocks(start, end);
  }

  async *#read(start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
    for (let at = start; at < end;) {
      const piece = await this.#readAt(at, Math.min(readSize, end - at));
      at += piece.length;
      yield piece;
    }
  }

  /** A small content, mostly of one block. */
  #fromBlocks(start: number, end: number): Buffer {
    const first = Math.floor(start / blockSize);
    const pieces: Buffer[] = [];
    for (let index = first; index * blockSize < end; index++) {
      const offset = index * blockSize;
      pieces.push((this.#block(index) ?? this.#load(index)).subarray(Math.max(start - offset, 0), end - offset));
    }
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  }

  #block(index: number): Buffer | undefined {
    const block = this.#blocks.get(index);
    if (!block) return undefined;
    this.#blocks.delete(index);
    this.#blocks.set(index, block);
    return block;
  }

  /** At once: what was just written is in the system's cache, and a turn of the event loop takes far longer than this. */
  #load(index: number): Buffer {
    const position = index * blockSize;
    const block = Buffer.allocUnsafeSlow(Math.min(blockSize, this.#end - position));
    const { fd } = this.#opened();
    for (let done = 0; done < block.length;) {
      const bytesRead = readSync(fd, block, done, block.length - done, position + done);
      if (bytesRead === 0) throw cutOff();
      done += bytesRead;
    }
    this.#blocks.set(index, block);
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size > blocksAtMost && oldest !== undefined) this.#blocks.delete(oldest);
    return block;
  }

  async #readAt(position: number, length: number): Promise<Buffer> {
    const file = this.#opened();
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await file.read(buffer, 0, length, position);
    if (bytesRead === 0) throw cutOff();
    return buffer.subarray(0, bytesRead);
  }

  #opened(): FileHandle {
    if (this.#file && !this.#closed) return this.#file;
    throw new ContextError("CONTEXT_CLOSED", "the build context was let go of before it was read", {
      hint: "close it when everything is built",
    });
  }
}

function cutOff(): ContextError {
  return new ContextError("CONTEXT_SPOOL_FAILED", `the temporary file in ${tmpdir()} was cut off`);
}

// Classes, and no closures: there may be a great many of them.

class Kept implements Spooled {
  readonly size: number;
  readonly #slab: Buffer;
  readonly #start: number;

  constructor(slab: Buffer, start: number, size: number) {
    this.#slab = slab;
    this.#start = start;
    this.size = size;
  }

  open(): Buffer {
    return this.#slab.subarray(this.#start, this.#start + this.size);
  }
}

class InFile implements Spooled {
  readonly size: number;
  readonly #spool: Spool;
  readonly #start: number;

  constructor(spool: Spool, start: number, size: number) {
    this.#spool = spool;
    this.#start = start;
    this.size = size;
  }

  open(): AsyncIterable<Buffer> | Buffer {
    return this.#spool.open(this.#start, this.#start + this.size);
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
