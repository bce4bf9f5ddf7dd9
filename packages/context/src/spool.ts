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
const writeSize = 512 * 1024;
/** Small ranges are read by blocks, since those that lie side by side are mostly wanted one after the other. */
const blockSize = 64 * 1024;
const blocksAtMost = 4;
const slabSize = 256 * 1024;
const none = Buffer.alloc(0);

/** A piece of the file that was read. */
interface Block {
  index: number;
  readonly bytes: Buffer;
  length: number;
}

/**
 * Keeps bytes in the order of their coming, for reading in any order and more than once: in memory up to a limit, then in
 * a temporary file that has no name any more from its first moment on, so that nothing is left whatever happens to the
 * process.
 */
export class Spool {
  readonly #memoryLimit: number;
  readonly #slabs: Buffer[] = [];
  #file: FileHandle | undefined;
  #end = 0;
  /** What came last, as far as it lies side by side: written as one piece. */
  #chunk: Buffer = none;
  #from = 0;
  #to = 0;
  /** Where that begins among all that is kept. */
  #chunkStart = 0;
  #unwritten: Buffer[] = [];
  #unwrittenSize = 0;
  #writing: Promise<void> = Promise.resolve();
  /** The most recently read last. */
  readonly #blocks: Block[] = [];
  #closed = false;

  /** @param memoryLimit bytes */
  constructor(memoryLimit: number) {
    this.#memoryLimit = memoryLimit;
  }

  /** How much is kept: where the next bytes will begin. */
  get end(): number {
    return this.#end;
  }

  /** Whether enough waits for being written. */
  get due(): boolean {
    return this.#unwrittenSize >= writeSize || this.#to - this.#from >= writeSize;
  }

  /** Keeps the bytes of a chunk that nobody changes any more. Call {@link write} when it is {@link due}. */
  append(chunk: Buffer, from: number, to: number): void {
    if (chunk === this.#chunk && from === this.#to) this.#to = to;
    else {
      this.#settle();
      this.#chunk = chunk;
      this.#from = from;
      this.#to = to;
      this.#chunkStart = this.#end;
    }
    this.#end += to - from;
  }

  /**
   * Keeps what `next` gives until it gives undefined.
   *
   * @throws {ContextError} `CONTEXT_SPOOL_FAILED` if there is no room
   */
  async add(next: () => Promise<Buffer | undefined>): Promise<Spooled> {
    const start = this.#end;
    for (let chunk = await next(); chunk; chunk = await next()) {
      this.append(chunk, 0, chunk.length);
      if (this.due) await this.write();
    }
    return new SpooledRange(this, start, this.#end - start);
  }

  /** Begins to write what waits in memory, once the writing before has ended. */
  async write(): Promise<void> {
    this.#settle();
    await this.#writing;
    const chunks = this.#unwritten;
    const size = this.#unwrittenSize;
    if (size === 0) return;
    this.#unwritten = [];
    this.#unwrittenSize = 0;
    this.#writing = this.#writeOut(chunks, this.#end - size - this.#memoryLimit, size);
    // Told of by whoever waits for it next.
    this.#writing.catch(() => undefined);
  }

  /** Writes what waits in memory, as it must before anything is read. */
  async flush(): Promise<void> {
    await this.write();
    await this.#writing;
  }

  /** Lets go of everything; what is being read fails. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#chunk = none;
    this.#from = this.#to = 0;
    this.#unwritten = [];
    this.#blocks.length = 0;
    this.#slabs.length = 0;
    await this.#writing.catch(() => undefined);
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** What lies from `start` to `end`: at once where it is little. */
  open(start: number, end: number): AsyncIterable<Buffer> | Buffer {
    if (end - start > blockSize) return this.read(start, end);
    const buffer = Buffer.allocUnsafe(end - start);
    this.readInto(buffer, 0, start, end);
    return buffer;
  }

  /** Copies what lies from `start` to `end`, a little, to `at` in a buffer. */
  readInto(target: Buffer, at: number, start: number, end: number): void {
    if (this.#closed) throw closed();
    let from = start;
    while (from < end && from < this.#memoryLimit) {
      const slab = this.#slabs[Math.floor(from / slabSize)] as Buffer;
      const offset = from % slabSize;
      from += slab.copy(target, at + from - start, offset, Math.min(slab.length, offset + end - from));
    }
    if (end - from >= blockSize / 4) this.#load(target, at + from - start, end - from, from - this.#memoryLimit);
    else if (from < end) this.#fromBlocks(target, at + from - start, from - this.#memoryLimit, end - this.#memoryLimit);
  }

  /** Takes what came last to where it is kept: slices of the chunks would keep far larger buffers in memory. */
  #settle(): void {
    let from = this.#from;
    const to = this.#to;
    if (from === to) return;
    for (let position = this.#chunkStart; from < to && position < this.#memoryLimit;) {
      const index = Math.floor(position / slabSize);
      const rest = this.#memoryLimit - index * slabSize;
      const slab = (this.#slabs[index] ??= Buffer.allocUnsafeSlow(Math.min(slabSize, rest)));
      const copied = this.#chunk.copy(slab, position % slabSize, from, to);
      from += copied;
      position += copied;
    }
    if (from < to) {
      this.#unwritten.push(this.#chunk.subarray(from, to));
      this.#unwrittenSize += to - from;
    }
    this.#chunk = none;
    this.#from = this.#to = 0;
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

  /** What lies from `start` to `end`, in pieces. */
  async *read(start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
    for (let at = start; at < end;) {
      const length = Math.min(readSize, end - at);
      const piece = Buffer.allocUnsafeSlow(length);
      let read = length;
      if (at < this.#memoryLimit) this.readInto(piece, 0, at, at + length);
      else read = (await this.#opened().read(piece, 0, length, at - this.#memoryLimit)).bytesRead;
      if (read === 0) throw cutOff();
      at += read;
      yield piece.subarray(0, read);
    }
  }

  /** From the file, mostly from one block. */
  #fromBlocks(target: Buffer, at: number, start: number, end: number): void {
    for (let from = start; from < end;) {
      const { bytes, length } = this.#block(Math.floor(from / blockSize));
      const offset = from % blockSize;
      from += bytes.copy(target, at + from - start, offset, Math.min(length, offset + end - from));
    }
  }

  /** Blocks are few, and their memory is used again. */
  #block(index: number): Block {
    const last = this.#blocks.at(-1);
    if (last?.index === index) return last;
    const known = this.#blocks.findIndex((block) => block.index === index);
    if (known < 0) return this.#loadBlock(index);
    const [block] = this.#blocks.splice(known, 1) as [Block];
    this.#blocks.push(block);
    return block;
  }

  #loadBlock(index: number): Block {
    const oldest = this.#blocks.length < blocksAtMost ? undefined : this.#blocks.shift();
    const block = oldest ?? { index, bytes: Buffer.allocUnsafeSlow(blockSize), length: 0 };
    const position = index * blockSize;
    block.index = index;
    block.length = Math.min(blockSize, this.#end - this.#memoryLimit - position);
    this.#load(block.bytes, 0, block.length, position);
    this.#blocks.push(block);
    return block;
  }

  /** At once: what was just written is in the system's cache, and a turn of the event loop takes far longer than this. */
  #load(target: Buffer, at: number, length: number, position: number): void {
    const { fd } = this.#opened();
    for (let done = 0; done < length;) {
      const bytesRead = readSync(fd, target, at + done, length - done, position + done);
      if (bytesRead === 0) throw cutOff();
      done += bytesRead;
    }
  }

  #opened(): FileHandle {
    if (this.#file && !this.#closed) return this.#file;
    throw closed();
  }
}

function closed(): ContextError {
  return new ContextError("CONTEXT_CLOSED", "the build context was let go of before it was read", {
    hint: "close it when everything is built",
  });
}

function cutOff(): ContextError {
  return new ContextError("CONTEXT_SPOOL_FAILED", `the temporary file in ${tmpdir()} was cut off`);
}

/** A class, and no closures: there may be a great many of them. */
class SpooledRange implements Spooled {
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
