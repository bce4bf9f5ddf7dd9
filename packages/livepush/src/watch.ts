import path from "node:path";
import type { Ignore } from "@slipway/context";
import { watch as watchFiles } from "chokidar";
import { LivepushError } from "./livepush-error.ts";

/** What changed in a folder since the batch before: paths relative to it, with `/`. */
export interface WatchBatch {
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

/** A folder being watched: its batches, one after the other. What happens while one is worked on comes with the next. */
export interface Watch extends AsyncIterable<WatchBatch>, AsyncDisposable {
  /** Resolves once every change from then on is seen, or the watch was closed before that. */
  readonly ready: Promise<void>;
  /** Ends the watch, and with it the iteration. */
  close(): Promise<void>;
}

/** Editors save by writing a new file and renaming it: the moment in between is not a deletion. In milliseconds. */
const defaultDebounce = 20;

/** A batch is complete at the latest after so many debounces, however much goes on. */
const mostDebounces = 25;

const eventNames = ["add", "addDir", "change", "unlink", "unlinkDir"] as const;
type EventName = (typeof eventNames)[number];

/**
 * Watches a folder for changes. A batch names folders that came or went as well as files; what was deleted and made again
 * within a batch is one change.
 * @throws LivepushError LIVEPUSH_WATCH_FAILED, from `ready` and from the iteration
 */
export function watch(directory: string, options: WatchOptions = {}): Watch {
  return new FolderWatch(path.resolve(directory), options);
}

class FolderWatch implements Watch {
  readonly ready: Promise<void>;
  readonly #directory: string;
  readonly #debounce: number;
  readonly #watcher: ReturnType<typeof watchFiles>;
  readonly #signal: AbortSignal | undefined;
  #pending = new Map<string, { readonly first: EventName; readonly last: EventName }>();
  #firstAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #complete = false;
  #closed = false;
  #failure: LivepushError | undefined;
  #wake: () => void = () => undefined;
  #whenClosed: () => void = () => undefined;
  readonly #onAbort = (): void => void this.close();

  constructor(directory: string, { ignore, signal, debounce = defaultDebounce }: WatchOptions) {
    this.#directory = directory;
    this.#debounce = debounce;
    this.#signal = signal;
    this.#watcher = watchFiles(directory, {
      ignoreInitial: true,
      followSymlinks: false,
      // Ours knows better: it would hide a file that is deleted and made again.
      atomic: false,
      ignored: (file) => {
        const name = this.#nameOf(file);
        return name !== "" && (ignore?.ignores(name) ?? false) && !ignore?.mayContainIncluded(name);
      },
    });
    for (const event of eventNames) {
      this.#watcher.on(event, (file: string) => {
        const name = this.#nameOf(file);
        if (name !== "" && !ignore?.ignores(name)) this.#note(name, event);
      });
    }
    this.#watcher.on("error", (error) => this.#fail(error));
    this.ready = new Promise((resolve, reject) => {
      this.#watcher.once("ready", resolve);
      this.#watcher.once("error", (error) => reject(this.#fail(error)));
      this.#whenClosed = () => (signal?.aborted ? reject(signal.reason as Error) : resolve());
    });
    this.ready.catch(() => undefined); // the iteration says it as well
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (signal?.aborted) this.#onAbort();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchBatch, void, undefined> {
    try {
      for (;;) {
        this.#signal?.throwIfAborted();
        if (this.#failure) throw this.#failure;
        if (this.#closed) return;
        if (this.#complete) yield this.#take();
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    clearTimeout(this.#timer);
    this.#whenClosed();
    this.#wake();
    await this.#watcher.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #nameOf(file: string): string {
    return path.relative(this.#directory, file).split(path.sep).join("/");
  }

  #note(name: string, event: EventName): void {
    const first = this.#pending.get(name)?.first ?? event;
    this.#pending.set(name, { first, last: event });
    // An editor's temporary file came and went: nothing happened.
    if (first.startsWith("add") && event.startsWith("unlink")) this.#pending.delete(name);
    const now = performance.now();
    if (this.#timer === undefined) this.#firstAt = now;
    clearTimeout(this.#timer);
    const wait = Math.min(this.#debounce, this.#firstAt + this.#debounce * mostDebounces - now);
    this.#timer = setTimeout(
      () => {
        this.#complete = this.#pending.size > 0;
        this.#timer = undefined;
        this.#wake();
      },
      Math.max(0, wait),
    );
  }

  #take(): WatchBatch {
    const changed: string[] = [];
    const deleted: string[] = [];
    for (const [name, { last }] of this.#pending) (last.startsWith("unlink") ? deleted : changed).push(name);
    this.#pending = new Map();
    this.#complete = false;
    return { changed, deleted };
  }

  #fail(error: unknown): LivepushError {
    this.#failure ??= new LivepushError(
      "LIVEPUSH_WATCH_FAILED",
      `watching ${this.#directory} failed: ${(error as Error).message}`,
      {
        cause: error,
        hint:
          (error as { code?: string }).code === "ENOSPC"
            ? "raise fs.inotify.max_user_watches, or ignore more folders"
            : undefined,
      },
    );
    this.#wake();
    return this.#failure;
  }
}
