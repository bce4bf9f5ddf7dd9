import { blockSize } from "./decode-block.ts";
import { type PlainAttributes, type PlainBlock, plainHeader, stripName } from "./plain-block.ts";
import type { Spool, Spooled } from "./spool.ts";
import type { EntryToPack, EntryType, TarHeader } from "./tar-entry.ts";

// Classes with few fields, and no closures: there may be a great many of them.

/** A file that is kept as it stands in its archive: header, content and padding side by side. */
export class PlainFile implements Spooled {
  readonly spool: Spool;
  readonly start: number;
  readonly name: string;
  readonly dot: number;
  readonly size: number;
  readonly mtime: number;
  readonly attributes: PlainAttributes;

  constructor(spool: Spool, start: number, { name, dot, size, mtime, attributes }: PlainBlock) {
    this.spool = spool;
    this.start = start;
    this.name = name;
    this.dot = dot;
    this.size = size;
    this.mtime = mtime;
    this.attributes = attributes;
  }

  /** The length of all three. */
  get length(): number {
    return blockSize + Math.ceil(this.size / blockSize) * blockSize;
  }

  /** The content in pieces, whatever its size. */
  stream(): AsyncIterable<Buffer> {
    const start = this.start + blockSize;
    return this.spool.read(start, start + this.size);
  }

  open(): AsyncIterable<Buffer> | Buffer {
    const start = this.start + blockSize;
    return this.spool.open(start, start + this.size);
  }
}

/** A plain file as an entry of a part of its archive, which is packed by a copy of what is kept. */
export class PlainEntry implements EntryToPack {
  readonly content: PlainFile;
  readonly #above: number;

  /** @param above how much of the file's name is not part of the entry's */
  constructor(content: PlainFile, above: number) {
    this.content = content;
    this.#above = above;
  }

  get name(): string {
    return this.content.name.slice(this.#above);
  }

  get type(): EntryType {
    return "file";
  }

  get header(): TarHeader {
    return plainHeader(this.name, this.content);
  }

  get body(): AsyncIterable<Buffer> | Buffer {
    return this.content.open();
  }

  /** Gives the copied block in a buffer this entry's name. */
  rename(buffer: Buffer, at: number): void {
    stripName(buffer, at, this.content.dot + this.#above);
  }
}
