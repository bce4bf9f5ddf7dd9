import { blockSize, decodeBlock } from "./decode-block.ts";
import type { EntryTable } from "./entry-table.ts";
import { plainHeader, startsWithDot, stripName } from "./plain-block.ts";
import type { Spooled } from "./spool.ts";
import type { EntryToPack, EntryType, TarHeader } from "./tar-entry.ts";

/**
 * A file that is kept as it stands in its archive, header, content and padding side by side, as an entry of a part of
 * it. It is packed by a copy of all three. A class with few fields, and no closures: there may be a great many.
 */
export class PlainEntry implements EntryToPack, Spooled {
  readonly #table: EntryTable;
  readonly #number: number;
  readonly #above: number;

  /** @param above how much of the file's name is not part of the entry's */
  constructor(table: EntryTable, number: number, above: number) {
    this.#table = table;
    this.#number = number;
    this.#above = above;
  }

  /** Where it begins among all that is kept. */
  get start(): number {
    return this.#table.startOf(this.#number);
  }

  get size(): number {
    return this.#table.sizeOf(this.#number);
  }

  /** The length of header, content and padding. */
  get length(): number {
    return blockSize + Math.ceil(this.size / blockSize) * blockSize;
  }

  get name(): string {
    return this.#table.nameOf(this.#number).slice(this.#above);
  }

  get type(): EntryType {
    return "file";
  }

  get header(): TarHeader {
    const block = decodeBlock(this.#table.blockOf(this.#number), 0, this.start);
    return plainHeader(this.name, { ...block, attributes: block });
  }

  get content(): Spooled {
    return this;
  }

  get body(): AsyncIterable<Buffer> | Buffer {
    return this.open();
  }

  open(): AsyncIterable<Buffer> | Buffer {
    const start = this.start + blockSize;
    return this.#table.spool.open(start, start + this.size);
  }

  /** The content in pieces, whatever its size. */
  stream(): AsyncIterable<Buffer> {
    const start = this.start + blockSize;
    return this.#table.spool.read(start, start + this.size);
  }

  /** Whether `next` is kept right behind it, in the same place. */
  precedes(next: PlainEntry): boolean {
    return this.#table === next.#table && this.start + this.length === next.start;
  }

  /** Copies what is kept from here on into a buffer, `length` bytes of it. */
  copy(buffer: Buffer, at: number, length: number): void {
    this.#table.spool.readInto(buffer, at, this.start, this.start + length);
  }

  /** Gives the copied block in a buffer this entry's name. */
  rename(buffer: Buffer, at: number): void {
    const dot = startsWithDot(buffer, at) ? 2 : 0;
    if (dot + this.#above > 0) stripName(buffer, at, dot + this.#above);
  }
}
