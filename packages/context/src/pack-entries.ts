import { Readable } from "node:stream";
import { ContextError } from "./context-error.ts";
import { blockSize } from "./decode-block.ts";
import { encodeHeader, writeHeader } from "./encode-header.ts";
import { PlainEntry } from "./plain-entry.ts";
import type { EntryToPack, TarHeader } from "./tar-entry.ts";

/** Small: chunks that were read wait for the garbage collector, which counts what else there is of them. */
const batchSize = 32 * 1024;
const largePiece = 16 * 1024;
const none = Buffer.alloc(0);

type Entries = AsyncIterable<EntryToPack> | Iterable<EntryToPack>;
type Parts = AsyncIterable<EntryToPack | EncodedEntries> | Entries;
type Body = AsyncIterable<Uint8Array | string>;

type PartIterator = Iterator<EntryToPack> | AsyncIterator<EntryToPack | EncodedEntries>;

/** Entries as they stand in an archive. */
export interface EncodedEntries {
  readonly encoded: readonly Buffer[];
}

/** A body that is being read. */
interface OpenBody {
  readonly name: string;
  readonly size: number;
  readonly source: Body;
  readonly pieces: AsyncIterator<Uint8Array | string>;
}

/**
 * Packs entries as a tar archive, one at a time and at the reader's pace. An error of the entries or of a body is the
 * stream's error; destroying the stream ends the entries, and destroys the body that is being read.
 *
 * @param entries or what gives them, asked when the first byte is
 */
export function packEntries(entries: Entries | (() => Promise<Entries>)): Readable {
  return packParts(entries);
}

/** The same, where some are encoded already. */
export function packParts(parts: Parts | (() => Promise<Parts>)): Readable {
  const packer = new Packer(parts);
  const stream: Readable = new Readable({
    // One chunk waits at most: of several a reader gets a copy that joins them.
    highWaterMark: 1,
    read: () => void pushNext(stream, packer),
    destroy: (error, callback) => {
      void packer.close();
      callback(error);
    },
  });
  return stream;
}

async function pushNext(stream: Readable, packer: Packer): Promise<void> {
  try {
    stream.push((await packer.next()) ?? null);
  } catch (error) {
    stream.destroy(error as Error);
  }
}

/** Asynchronous only where its entries are: forty thousand small files are no forty thousand turns of the event loop. */
class Packer {
  #ended = false;
  readonly #entries: Parts | (() => Promise<Parts>);
  #iterator: PartIterator | undefined;
  #body: OpenBody | undefined;
  #seen = 0;
  /** Headers and small pieces are written side by side: no buffer of its own for each. */
  #buffer: Buffer = none;
  #used = 0;
  #chunks: Buffer[] = [];
  /** Plain files that lie side by side where they are kept, and are copied together. */
  #run: PlainEntry[] = [];
  #runSize = 0;

  constructor(entries: Parts | (() => Promise<Parts>)) {
    this.#entries = entries;
  }

  /** The next chunk; undefined at the end. Small pieces are joined, large ones come as they are. */
  async next(): Promise<Buffer | undefined> {
    this.#iterator ??= iteratorOf(typeof this.#entries === "function" ? await this.#entries() : this.#entries);
    while (!this.#ended && this.#chunks.length === 0 && this.#used + this.#runSize < batchSize) {
      if (this.#body) {
        const piece = await this.#piece(this.#body);
        if (piece) this.#add(piece);
        continue;
      }
      const next = this.#iterator.next();
      const { done, value } = "then" in next ? await next : next;
      if (done) {
        this.#copyRun();
        this.#addZeros(2 * blockSize);
        this.#ended = true;
      } else if (value instanceof PlainEntry) this.#plain(value);
      else if ("encoded" in value) {
        this.#copyRun();
        for (const piece of value.encoded) this.#add(piece);
      } else this.#entry(value);
    }
    if (this.#chunks.length === 0) {
      this.#copyRun();
      this.#flush();
    }
    return this.#chunks.shift();
  }

  /** The outcome is nobody's concern any more, and it may have to wait for entries that don't come. */
  async close(): Promise<void> {
    const { pieces, source } = this.#body ?? {};
    if (source instanceof Readable) source.destroy();
    await Promise.allSettled([pieces?.return?.(), this.#iterator?.return?.()]);
  }

  #plain(entry: PlainEntry): void {
    const { length } = entry;
    if (length > batchSize) {
      this.#copyRun();
      this.#reserve(blockSize);
      entry.copy(this.#buffer, this.#used, blockSize);
      entry.rename(this.#buffer, this.#used);
      this.#used += blockSize;
      this.#open(entry.name, entry.size, entry.stream());
      return;
    }
    if (!this.#run.at(-1)?.precedes(entry) || this.#used + this.#runSize + length > this.#buffer.length) {
      this.#copyRun();
      this.#reserve(length);
    }
    this.#run.push(entry);
    this.#runSize += length;
  }

  /** Copies what waits for it, and gives each file the name that it has here. */
  #copyRun(): void {
    const [first] = this.#run;
    if (!first) return;
    first.copy(this.#buffer, this.#used, this.#runSize);
    for (const entry of this.#run) {
      entry.rename(this.#buffer, this.#used);
      this.#used += entry.length;
    }
    this.#run = [];
    this.#runSize = 0;
  }

  #entry({ header, body }: EntryToPack): void {
    this.#copyRun();
    const own = header.type === "file" ? (body ?? "") : "";
    if (typeof own === "string" || Buffer.isBuffer(own)) {
      const content = typeof own === "string" ? Buffer.from(own) : own;
      this.#header(header, content.length);
      this.#add(content);
      this.#pad(content.length);
      return;
    }
    const { name, size } = header;
    if (size === undefined) {
      throw new ContextError("CONTEXT_BAD_ENTRY", `the size of \`${name}\` is not known, and its body is a stream`, {
        hint: "give `header.size`, which stands before the body",
      });
    }
    this.#header(header, size);
    this.#open(name, size, own);
  }

  #open(name: string, size: number, source: Body): void {
    this.#body = { name, size, source, pieces: source[Symbol.asyncIterator]() };
    this.#seen = 0;
  }

  /** The next piece of the body; undefined at its end. */
  async #piece(body: OpenBody): Promise<Buffer | undefined> {
    const { done, value } = await body.pieces.next();
    if (!done) {
      const piece = asBuffer(value);
      this.#seen += piece.length;
      if (this.#seen > body.size) throw changed(body.name, "more than", body.size);
      return piece;
    }
    if (this.#seen !== body.size) throw changed(body.name, `${this.#seen} instead of`, body.size);
    this.#body = undefined;
    this.#pad(body.size);
    return undefined;
  }

  #header(header: TarHeader, size: number): void {
    this.#reserve(blockSize);
    if (!writeHeader(header, size, this.#buffer, this.#used)) this.#used += blockSize;
    else this.#add(encodeHeader(header, size));
  }

  /** The zeros that fill up a body's last block. */
  #pad(size: number): void {
    this.#addZeros((blockSize - (size % blockSize)) % blockSize);
  }

  #addZeros(length: number): void {
    if (length === 0) return;
    this.#reserve(length);
    this.#buffer.fill(0, this.#used, this.#used + length);
    this.#used += length;
  }

  /** Large pieces go on as they are. */
  #add(piece: Buffer): void {
    if (piece.length >= largePiece) {
      this.#flush();
      this.#chunks.push(piece);
      return;
    }
    this.#reserve(piece.length);
    piece.copy(this.#buffer, this.#used);
    this.#used += piece.length;
  }

  #reserve(length: number): void {
    if (this.#used + length <= this.#buffer.length) return;
    this.#flush();
    this.#buffer = Buffer.allocUnsafeSlow(batchSize);
  }

  /** What was written is a chunk; what is left of the buffer serves on, unless it is little, and would keep all of it. */
  #flush(): void {
    if (this.#used === 0) return;
    this.#chunks.push(this.#buffer.subarray(0, this.#used));
    this.#buffer = this.#used > batchSize / 2 ? none : this.#buffer.subarray(this.#used);
    this.#used = 0;
  }
}

function iteratorOf(entries: Parts): PartIterator {
  return Symbol.asyncIterator in entries ? entries[Symbol.asyncIterator]() : entries[Symbol.iterator]();
}

function changed(name: string, what: string, size: number): ContextError {
  return new ContextError("CONTEXT_CHANGED_WHILE_READ", `\`${name}\` gave ${what} ${size} bytes`, {
    hint: "it changed while it was read: build again, or leave it out with .dockerignore",
  });
}

function asBuffer(piece: Uint8Array | string): Buffer {
  if (typeof piece === "string") return Buffer.from(piece);
  return Buffer.isBuffer(piece) ? piece : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
}
