import { isUtf8 } from "node:buffer";
import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import { ContextError } from "./context-error.ts";
import { type Ignore, ignoreNothing } from "./ignore.ts";
import { heldAbove } from "./held-above.ts";

/** A file, folder or link of a context. */
export interface ContextEntry {
  /** Relative to the context, with `/` between its parts. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  /** Permission bits, the sticky, setuid and setgid bits included. */
  readonly mode: number;
  /** Bytes; 0 for what isn't a file. */
  readonly size: number;
  readonly mtime: Date;
  /** The same in nanoseconds: of two changes within a millisecond, both are seen. */
  readonly mtimeNs: bigint;
  readonly uid: number;
  readonly gid: number;
  /** The same for all names of one file; only of files that have several. */
  readonly inode?: string;
  /** Its number on the disk: of two files that are alike in all else, the one that took the other's place has another. */
  readonly ino: bigint;
  /** Where a symlink leads, as it is written. */
  readonly linkname?: string;
}

/** What of a folder is walked. */
export interface WalkOptions {
  /** Default: everything is walked. */
  readonly ignore?: Ignore | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * How many entries are looked at before others have their turn. Each is looked at at once: that takes microseconds, and a
 * promise for it five times as long.
 */
const batchSize = 128;

/**
 * Walks a folder: each folder's entries in the order of their names' bytes, a folder before what it holds. Links are
 * never followed; sockets, pipes and devices are left out, and so is what goes while it is walked. A folder that is
 * ignored is entered only where an exception may let something in, and comes along with it.
 *
 * @throws {ContextError} `CONTEXT_NOT_FOUND`, `CONTEXT_UNREADABLE`; the signal's reason
 */
export async function* walk(
  directory: string,
  options: WalkOptions = {},
): AsyncGenerator<ContextEntry, void, undefined> {
  for await (const batch of walkInBatches(directory, options)) {
    for (const entry of batch) {
      options.signal?.throwIfAborted();
      yield entry;
    }
  }
}

/**
 * The same entries in the same order, many at a time: of a folder of ten thousand files, a promise for each takes longer
 * than looking at it.
 */
export async function* walkInBatches(
  directory: string,
  options: WalkOptions = {},
): AsyncGenerator<readonly ContextEntry[], void, undefined> {
  const root = await stat(directory).catch((cause: unknown) => {
    throw new ContextError("CONTEXT_NOT_FOUND", `there is no build context ${directory}: ${(cause as Error).message}`, {
      cause,
      hint: "create the folder, or correct the path",
    });
  });
  if (!root.isDirectory()) {
    throw new ContextError("CONTEXT_NOT_FOUND", `the build context ${directory} is not a folder`, {
      hint: "name the folder that the files are in",
    });
  }
  yield* new Walk(directory, options).batches();
}

interface OpenFolder {
  readonly path: string;
  /** Of what is in it, relative to the context. */
  readonly names: readonly string[];
  /** Which of them is looked at next. */
  next: number;
}

class Walk {
  readonly #root: string;
  readonly #ignore: Ignore;
  readonly #signal: AbortSignal | undefined;
  /** Folders that are ignored, until something below them is not. */
  readonly #held = new Map<string, ContextEntry>();
  /** Where it stands: the folder it is in last. */
  readonly #open: OpenFolder[] = [];

  constructor(root: string, { ignore = ignoreNothing, signal }: WalkOptions) {
    this.#root = root;
    this.#ignore = ignore;
    this.#signal = signal;
  }

  async *batches(): AsyncGenerator<readonly ContextEntry[], void, undefined> {
    this.#enter("");
    while (this.#open.length > 0) {
      this.#signal?.throwIfAborted();
      const batch = this.#nextBatch();
      if (batch.length > 0) yield batch;
      if (this.#open.length > 0) await breathe();
    }
  }

  #nextBatch(): ContextEntry[] {
    const batch: ContextEntry[] = [];
    let looked = 0;
    for (let here = this.#open.at(-1); here !== undefined && looked < batchSize; here = this.#open.at(-1)) {
      const name = here.names[here.next];
      here.next += 1;
      if (name === undefined) {
        this.#held.delete(here.path);
        this.#open.pop();
        continue;
      }
      const ignored = this.#ignore.ignores(name);
      if (ignored && !this.#ignore.mayContainIncluded(name)) continue;
      looked += 1;
      const entry = this.#entry(name);
      if (!entry) continue;
      if (!ignored) {
        if (this.#held.size > 0) batch.push(...heldAbove(entry.path, this.#held));
        batch.push(entry);
      } else if (entry.type === "directory") this.#held.set(entry.path, entry);
      if (entry.type === "directory") this.#enter(entry.path);
    }
    return batch;
  }

  #enter(folder: string): void {
    this.#open.push({ path: folder, names: this.#names(folder), next: 0 });
  }

  #names(folder: string): string[] {
    let names: Buffer[];
    try {
      names = readdirSync(path.join(this.#root, folder), { encoding: "buffer" });
    } catch (cause) {
      // Gone since it was seen.
      if (folder !== "" && (cause as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw this.#unreadable(folder, cause);
    }
    const inFolder = folder === "" ? "" : `${folder}/`;
    return names
      .toSorted((a, b) => Buffer.compare(a, b))
      .map((name) => {
        const text = name.toString("utf8");
        if (isUtf8(name)) return inFolder + text;
        throw new ContextError(
          "CONTEXT_UNREADABLE",
          `the name of ${path.join(this.#root, folder, text)} is not valid UTF-8`,
          {
            hint: "rename it: a build context's names are UTF-8",
          },
        );
      });
  }

  /** Undefined for what has gone since it was listed, and for kinds that a context can't hold. */
  #entry(relative: string): ContextEntry | undefined {
    // Not by path.join, which would tidy what is tidy, entry by entry.
    const full = `${this.#root}/${relative}`;
    try {
      const stats = lstatSync(full, { bigint: true, throwIfNoEntry: false });
      const type = stats && typeOf(stats);
      if (!stats || !type) return undefined;
      const { mtime, mtimeNs } = stats;
      const mode = Number(stats.mode) & 0o7777;
      const size = type === "file" ? Number(stats.size) : 0;
      const entry = {
        path: relative,
        type,
        mode,
        size,
        mtime,
        mtimeNs,
        uid: Number(stats.uid),
        gid: Number(stats.gid),
        ino: stats.ino,
      };
      if (type === "symlink") return { ...entry, linkname: readlinkSync(full) };
      if (type === "file" && stats.nlink > 1) return { ...entry, inode: `${stats.dev}:${stats.ino}` };
      return entry;
    } catch (cause) {
      // A link that went since it was looked at.
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw this.#unreadable(relative, cause);
    }
  }

  #unreadable(relative: string, cause: unknown): ContextError {
    const full = path.join(this.#root, relative);
    return new ContextError("CONTEXT_UNREADABLE", `cannot read ${full}: ${(cause as Error).message}`, {
      cause,
      hint: "make it readable, or leave it out with .dockerignore",
    });
  }
}

function typeOf(stats: BigIntStats): ContextEntry["type"] | undefined {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isSymbolicLink() ? "symlink" : undefined;
}
