import { blockSize } from "./decode-block.ts";
import { startsWithDot } from "./plain-block.ts";
import { PlainEntry } from "./plain-entry.ts";
import type { Spool, Spooled } from "./spool.ts";
import type { TarHeader } from "./tar-entry.ts";

/** An entry that is no plain file. */
export interface OtherEntry {
  /** Names are the whole archive's. */
  header: TarHeader;
  /** Of a file, and of a hard link what it stands for. */
  content: Spooled | undefined;
  /** The number of the entry that a hard link stands for. */
  target?: number;
}

/**
 * An archive's entries by number, in the order of their coming. Of a plain file there are but a few numbers, since there
 * may be a great many: its name and all else are read where it is kept.
 */
export class EntryTable {
  readonly spool: Spool;
  readonly #others = new Map<number, OtherEntry>();
  readonly #seed = (Math.random() * 0x7fffffff) | 0;
  readonly #block: Buffer = Buffer.allocUnsafeSlow(blockSize);
  #count = 0;
  /** Where a plain file's block begins; -1 for any other entry. */
  #starts = new Float64Array(1024);
  #sizes = new Float64Array(1024);
  #hashes = new Int32Array(1024);
  /** By their names' hashes, the latest entry of each; one more than its number, since 0 is a free slot. */
  #slots = new Int32Array(2048);
  /** Of an entry, the one before it whose name has the same hash, and mostly is the same. */
  readonly #earlier = new Map<number, number>();

  constructor(spool: Spool) {
    this.spool = spool;
  }

  /** Takes in a plain file, which begins at `start`; its number. */
  addPlain(name: string, start: number, size: number): number {
    const number = this.#add(name);
    this.#starts[number] = start;
    this.#sizes[number] = size;
    return number;
  }

  /** Takes in any other entry; its number. */
  addOther(entry: OtherEntry): number {
    const number = this.#add(entry.header.name);
    this.#starts[number] = -1;
    this.#others.set(number, entry);
    return number;
  }

  /** Where a plain file's block begins; -1 for any other entry. */
  startOf(number: number): number {
    return this.#starts[number] as number;
  }

  /** The size of a plain file's content. */
  sizeOf(number: number): number {
    return this.#sizes[number] as number;
  }

  /** An entry that is no plain file. */
  other(number: number): OtherEntry | undefined {
    return this.#others.get(number);
  }

  get others(): ReadonlyMap<number, OtherEntry> {
    return this.#others;
  }

  /** What a file holds, or what a hard link stands for. */
  contentOf(number: number): Spooled | undefined {
    return this.#others.has(number) ? this.#others.get(number)?.content : new PlainEntry(this, number, 0);
  }

  /** A plain file's block, as it is kept; good until the next one is asked for. */
  blockOf(number: number): Buffer {
    const start = this.startOf(number);
    this.spool.readInto(this.#block, 0, start, start + blockSize);
    return this.#block;
  }

  nameOf(number: number): string {
    const other = this.#others.get(number);
    if (other) return other.header.name;
    const start = this.startOf(number);
    this.spool.readInto(this.#block, 0, start, start + 100);
    let end = 0;
    while (end < 100 && this.#block[end] !== 0) end++;
    return this.#block.toString("latin1", startsWithDot(this.#block, 0) ? 2 : 0, end);
  }

  /** The last entry of a name, among those with lower numbers than `before`. What is kept must have been flushed. */
  find(name: string, before: number = this.#count): number | undefined {
    const head = (this.#slots[this.#slotOf(this.#hash(name))] as number) - 1;
    for (let number = head < 0 ? undefined : head; number !== undefined; number = this.#earlier.get(number)) {
      if (number < before && this.nameOf(number) === name) return number;
    }
    return undefined;
  }

  /** As when an archive is unpacked: of entries of one name the last is what remains. These are the others. */
  overwritten(): Set<number> {
    const found = new Set<number>();
    const notLast = new Set(this.#earlier.values());
    for (const last of this.#earlier.keys()) {
      if (notLast.has(last)) continue;
      const names = new Set<string>();
      for (let number: number | undefined = last; number !== undefined; number = this.#earlier.get(number)) {
        const name = this.nameOf(number);
        if (names.has(name)) found.add(number);
        names.add(name);
      }
    }
    return found;
  }

  #add(name: string): number {
    const number = this.#count++;
    if (number === this.#starts.length) this.#grow();
    const hash = this.#hash(name);
    this.#hashes[number] = hash;
    const slot = this.#slotOf(hash);
    const before = (this.#slots[slot] as number) - 1;
    if (before >= 0) this.#earlier.set(number, before);
    this.#slots[slot] = number + 1;
    return number;
  }

  #grow(): void {
    const size = this.#starts.length * 2;
    this.#starts = copied(this.#starts, new Float64Array(size));
    this.#sizes = copied(this.#sizes, new Float64Array(size));
    this.#hashes = copied(this.#hashes, new Int32Array(size));
    const slots = this.#slots;
    this.#slots = new Int32Array(size * 2);
    for (const held of slots) if (held > 0) this.#slots[this.#slotOf(this.#hashes[held - 1] as number)] = held;
  }

  /** The slot that holds this hash, or else the free one for it. */
  #slotOf(hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const held = this.#slots[slot] as number;
      if (held === 0 || this.#hashes[held - 1] === hash) return slot;
    }
  }

  /** FNV-1a, from a start that nobody can foresee. */
  #hash(name: string): number {
    let hash = this.#seed;
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
    return hash;
  }
}

function copied<Numbers extends Float64Array | Int32Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}
