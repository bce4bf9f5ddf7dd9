import { type EntryTable, type OtherEntry } from "./entry-table.ts";
import { heldAbove } from "./held-above.ts";
import { type Ignore, ignoreNothing } from "./ignore.ts";
import { PlainEntry } from "./plain-entry.ts";
import type { Spooled } from "./spool.ts";
import type { EntryToPack, EntryType, TarHeader } from "./tar-entry.ts";

/** An entry of a task's part of an archive. Names are relative to the task's context. */
export interface SplitEntry {
  readonly name: string;
  readonly type: EntryType;
  /** Made each time that it is asked for. */
  readonly header: TarHeader;
  /** Of a file, and of a hard link what it stands for. */
  readonly content: Spooled | undefined;
}

/** How to pack a part. */
export interface PackPartOptions {
  readonly ignore?: Ignore | undefined;
  /** An entry that comes first, and takes the place of the one of its name. */
  readonly instead?: EntryToPack | undefined;
  /** The path of an entry that comes first, after the folders above it, unless it is ignored. */
  readonly first?: string | undefined;
}

/** A task's part of an archive. Its entries are made when they are asked for: there may be a great many. */
export class SplitPart implements Iterable<SplitEntry> {
  readonly #table: EntryTable;
  readonly #folder: string;
  readonly #except: ((path: string) => boolean) | undefined;
  /** The entries' numbers: from, to, from, to. */
  #ranges: number[] = [];
  #hasLinks = false;

  /** @param folder empty for the archive's root */
  constructor(table: EntryTable, folder: string, except: ((path: string) => boolean) | undefined) {
    this.#table = table;
    this.#folder = folder;
    this.#except = except;
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  /** Takes in an entry if it belongs here; its name is one in the folder. */
  add(number: number, name: string): void {
    if (this.#except?.(name.slice(this.#above))) return;
    const { length } = this.#ranges;
    if (length > 0 && this.#ranges[length - 1] === number) this.#ranges[length - 1] = number + 1;
    else this.#ranges.push(number, number + 1);
    if (this.#table.other(number)?.header.type === "link") this.#hasLinks = true;
  }

  /** Leaves entries out. */
  drop(numbers: ReadonlySet<number>): void {
    const ranges: number[] = [];
    for (const number of this.#numbers()) {
      if (numbers.has(number)) continue;
      if (ranges.at(-1) === number) ranges[ranges.length - 1] = number + 1;
      else ranges.push(number, number + 1);
    }
    this.#ranges = ranges;
  }

  /** The entry of a path. */
  get(path: string): SplitEntry | undefined {
    if (path === "" || this.#except?.(path)) return undefined;
    const number = this.#table.find(this.#nameOf(path));
    return number === undefined ? undefined : this.#entry(number);
  }

  *[Symbol.iterator](): Generator<SplitEntry, void, undefined> {
    for (const number of this.#numbers()) yield this.#entry(number);
  }

  /**
   * The entries as they are packed. A hard link whose file is not among them becomes a file of its own. A folder that is
   * ignored comes along with what an exception lets in below it, so that it keeps its mode.
   */
  *pack({ ignore = ignoreNothing, instead, first }: PackPartOptions = {}): Generator<EntryToPack, void, undefined> {
    const skipped = new Set<number>();
    const packed = new Set<number>();
    const held = new Map<string, EntryToPack>();
    if (instead) {
      const replaced = this.#table.find(this.#nameOf(instead.header.name));
      if (replaced !== undefined) skipped.add(replaced);
      yield instead;
    } else if (first !== undefined && !ignore.ignores(first)) {
      for (const number of this.#upTo(first)) {
        skipped.add(number);
        packed.add(number);
        yield this.#packed(number, packed);
      }
    }
    for (const number of this.#numbers()) {
      if (skipped.has(number)) continue;
      const entry = this.#entry(number);
      if (ignore !== ignoreNothing) {
        const { name, type } = entry;
        if (ignore.ignores(name)) {
          if (type === "directory" && ignore.mayContainIncluded(name)) held.set(name, entry);
          continue;
        }
        yield* heldAbove(name, held);
      }
      // Only links ask for it.
      if (this.#hasLinks) packed.add(number);
      yield entry instanceof PlainEntry ? entry : this.#packed(number, packed);
    }
  }

  /** A file and the folders above it, as far as they have entries; nothing where there is no such file. */
  #upTo(path: string): number[] {
    const find = (name: string, type: EntryType): number[] => {
      const number = this.#except?.(name) ? undefined : this.#table.find(this.#nameOf(name));
      return number !== undefined && this.#entry(number).type === type ? [number] : [];
    };
    const file = find(path, "file");
    if (file.length === 0) return [];
    const parts = path.split("/");
    const folders = parts.slice(1).flatMap((_, i) => find(parts.slice(0, i + 1).join("/"), "directory"));
    return [...folders, ...file];
  }

  #packed(number: number, packed: ReadonlySet<number>): EntryToPack {
    const entry = this.#entry(number);
    return entry instanceof PlainEntry ? entry : toPack(entry, packed.has(this.#table.other(number)?.target ?? -1));
  }

  *#numbers(): Generator<number, void, undefined> {
    for (let i = 0; i < this.#ranges.length; i += 2) {
      const end = this.#ranges[i + 1] as number;
      for (let number = this.#ranges[i] as number; number < end; number++) yield number;
    }
  }

  #entry(number: number): SplitEntry | PlainEntry {
    const other = this.#table.other(number);
    return other ? this.#relative(other) : new PlainEntry(this.#table, number, this.#above);
  }

  #relative({ header, content }: OtherEntry): SplitEntry {
    const own = this.#folder === "" ? header : { ...header, ...this.#names(header) };
    return { name: own.name, type: own.type, header: own, content };
  }

  #names({ name, type, linkname }: TarHeader): Pick<TarHeader, "name" | "linkname"> {
    const below = { name: name.slice(this.#above) };
    if (type !== "link" || !linkname?.startsWith(`${this.#folder}/`)) return below;
    return { ...below, linkname: linkname.slice(this.#above) };
  }

  #nameOf(path: string): string {
    return this.#folder === "" ? path : `${this.#folder}/${path}`;
  }

  get #above(): number {
    return this.#folder === "" ? 0 : this.#folder.length + 1;
  }
}

/** @param linked whether what a hard link stands for is packed too */
function toPack({ header, type, content }: SplitEntry, linked: boolean): EntryToPack {
  if (type === "link" && !linked) {
    return {
      header: { ...header, type: "file", linkname: undefined, size: content?.size ?? 0 },
      body: content?.open(),
    };
  }
  return type === "file" ? { header, body: content?.open() } : { header };
}
