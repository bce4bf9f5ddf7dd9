import path from "node:path";
import type { Ignore } from "@slipway/context";
import { LivepushError } from "./livepush-error.ts";
import { TreeWatcher } from "./tree-watcher.ts";

/** What changed in a folder since the batch before: paths relative to it, with `/`. */
export interface WatchBatch {
  /** Of a folder that came, what it holds is not named. So much that it is not worth naming is the folder itself: `.`. */
  readonly changed: readonly string[];
  readonly deleted: readonly string[];
}

/** How to watch. */
export interface WatchOptions {
  /** What is left out; ignored folders are not even watched. */
  readonly ignore?: Ignore | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How long nothing may happen before a batch is complete, in milliseconds; 20 without. */
  readonly debounce?: number | undefined;
}

/** One of several folders that are watched together. */
export interface WatchedFolder {
  /** What its batches are known by. */
  readonly name: string;
  readonly directory: string;
  readonly ignore?: Ignore | undefined;
}

/** What changed in one of several folders. */
export interface FolderBatch extends WatchBatch {
  readonly name: string;
  /** Absolute: what the paths are relative to. */
  readonly directory: string;
}

/** Folders being watched: their batches, one after the other. What happens while one is worked on comes with the next. */
export interface Watch<Batch = WatchBatch> extends AsyncIterable<Batch>, AsyncDisposable {
  /** Resolves once every change from then on is seen, or the watch was closed before that. */
  readonly ready: Promise<void>;
  /** Ends the watch, and with it the iteration. */
  close(): Promise<void>;
}

/** Editors save by writing a new file and renaming it: the moment in between is not a deletion. In milliseconds. */
const defaultDebounce = 20;

/** A batch is complete at the latest after so many debounces, however much goes on. */
const mostDebounces = 25;

/** With more in a batch, systems drop events: the whole folder is looked at instead. */
const mostNames = 4_000;

/**
 * Watches a folder for changes. A batch names folders that came or went as well as files; what was deleted and made again
 * within a batch is one change.
 * @throws LivepushError LIVEPUSH_WATCH_FAILED, from `ready` and from the iteration
 */
export function watch(directory: string, options: WatchOptions = {}): Watch {
  const { ignore, ...rest } = options;
  const together = watchAll([{ name: "", directory, ignore }], rest);
  return {
    ready: together.ready,
    close: () => together.close(),
    [Symbol.asyncDispose]: () => together.close(),
    async *[Symbol.asyncIterator]() {
      for await (const batches of together) for (const { changed, deleted } of batches) yield { changed, deleted };
    },
  };
}

/**
 * Watches several folders, such as the contexts of a composition's services, each with its own ignore file. What they
 * have in common is watched once. A batch holds what changed in each folder where something did.
 * @throws LivepushError LIVEPUSH_WATCH_FAILED, from `ready` and from the iteration
 */
export function watchAll(
  folders: readonly WatchedFolder[],
  options: Omit<WatchOptions, "ignore"> = {},
): Watch<readonly FolderBatch[]> {
  return new FolderWatch(
    folders.map((folder) => ({ ...folder, directory: path.resolve(folder.directory) })),
    options,
  );
}

class FolderWatch implements Watch<readonly FolderBatch[]> {
  readonly ready: Promise<void>;
  readonly #folders: readonly WatchedFolder[];
  readonly #debounce: number;
  readonly #watcher: TreeWatcher;
  readonly #signal: AbortSignal | undefined;
  #pending = new Set<string>();
  #firstAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #complete = false;
  #closed = false;
  #failure: LivepushError | undefined;
  #wake: () => void = () => undefined;
  readonly #onAbort = (): void => void this.close();

  constructor(folders: readonly WatchedFolder[], { signal, debounce = defaultDebounce }: WatchOptions) {
    this.#folders = folders;
    this.#debounce = debounce;
    this.#signal = signal;
    this.#watcher = new TreeWatcher({
      roots: folders.map(({ directory }) => directory),
      wants: (folder) => this.#namesOf(folder).some(({ name, ignore }) => !leavesOut(ignore, name)),
      onEvent: (file) => this.#note(file),
      onError: (error) => this.#fail(error),
    });
    this.ready = this.#open();
    this.ready.catch(() => undefined); // the iteration says it as well
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (signal?.aborted) this.#onAbort();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly FolderBatch[], void, undefined> {
    try {
      for (;;) {
        this.#signal?.throwIfAborted();
        if (this.#failure) throw this.#failure;
        if (this.#closed) return;
        if (this.#complete) {
          const batches = await this.#take();
          if (batches.length > 0 && !this.#closed) yield batches;
        } else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      await this.close();
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    clearTimeout(this.#timer);
    this.#watcher.close();
    this.#wake();
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #open(): Promise<void> {
    await this.#watcher.open();
    if (this.#failure) throw this.#failure;
    if (this.#closed) this.#signal?.throwIfAborted();
  }

  /** What a path is called in each of the folders that it lies in. */
  #namesOf(file: string): { folder: WatchedFolder; name: string; ignore: Ignore | undefined }[] {
    return this.#folders.flatMap((folder) => {
      const { directory, ignore } = folder;
      if (file !== directory && !file.startsWith(directory.endsWith(path.sep) ? directory : directory + path.sep))
        return [];
      return [{ folder, ignore, name: path.relative(directory, file).split(path.sep).join("/") }];
    });
  }

  #note(file: string): void {
    if (!this.#namesOf(file).some(({ name, ignore }) => !leavesOut(ignore, name))) return;
    this.#pending.add(file);
    const now = performance.now();
    if (this.#timer === undefined) this.#firstAt = now;
    clearTimeout(this.#timer);
    const wait = Math.min(this.#debounce, this.#firstAt + this.#debounce * mostDebounces - now);
    this.#timer = setTimeout(
      () => {
        this.#complete = true;
        this.#timer = undefined;
        this.#wake();
      },
      Math.max(0, wait),
    );
  }

  async #take(): Promise<FolderBatch[]> {
    const pending = this.#pending;
    this.#pending = new Set();
    this.#complete = false;
    if (pending.size > mostNames) {
      await this.#watcher.open(); // events of new folders may be among those that were lost
      return this.#folders.map(({ name, directory }) => ({ name, directory, changed: ["."], deleted: [] }));
    }
    const batches = new Map<WatchedFolder, FolderBatch & { changed: string[]; deleted: string[] }>();
    const looked = await Promise.all([...pending].map(async (file) => ({ file, ...(await this.#watcher.look(file)) })));
    for (const { file, was, is } of looked) {
      // An editor's temporary file came and went: nothing happened.
      if (!was && !is) continue;
      for (const { folder, name, ignore } of this.#namesOf(file)) {
        if (leavesOut(ignore, name)) continue;
        const { name: of, directory } = folder;
        const batch = batches.get(folder) ?? { name: of, directory, changed: [], deleted: [] };
        batches.set(folder, batch);
        (is ? batch.changed : batch.deleted).push(name === "" ? "." : name);
      }
    }
    return [...batches.values()];
  }

  #fail(error: unknown): void {
    this.#failure ??= new LivepushError(
      "LIVEPUSH_WATCH_FAILED",
      `watching ${this.#folders.map(({ directory }) => directory).join(", ")} failed: ${(error as Error).message}`,
      {
        cause: error,
        hint:
          (error as { code?: string }).code === "ENOSPC"
            ? "raise fs.inotify.max_user_watches, or ignore more folders"
            : undefined,
      },
    );
    this.#wake();
  }
}

/** Whether nothing at or below a path is wanted. */
function leavesOut(ignore: Ignore | undefined, name: string): boolean {
  return name !== "" && (ignore?.ignores(name) ?? false) && !ignore?.mayContainIncluded(name);
}
