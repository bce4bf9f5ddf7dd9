import { type FSWatcher, watch as watchFolder } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import path from "node:path";

/** Who wants to know what a tree watcher sees. */
export interface TreeWatcherOptions {
  /** Absolute. */
  readonly roots: readonly string[];
  /** Whether a folder is to be watched; one that is not is not even listed. */
  readonly wants: (folder: string) => boolean;
  /** Something happened to a path, be it what it may: the disk tells. */
  readonly onEvent: (file: string) => void;
  readonly onError: (error: unknown) => void;
}

/** A folder that is watched, and the names that were last seen in it. */
interface Watched {
  readonly watcher: FSWatcher;
  readonly names: Set<string>;
}

/**
 * Watches trees of folders with one watch for each folder, which starts in no time, costs little and leaves out whole
 * subtrees. A folder that comes is told of again once all of it is watched, so that nothing in it can be missed.
 */
export class TreeWatcher {
  readonly #options: TreeWatcherOptions;
  readonly #folders = new Map<string, Watched>();
  /** Of the folders that the roots are in: a root may go and come back, as when branches are switched. */
  readonly #above = new Map<string, FSWatcher>();
  #closed = false;

  constructor(options: TreeWatcherOptions) {
    this.#options = options;
  }

  /** Watches all folders that are not watched yet. */
  async open(): Promise<void> {
    for (const root of this.#options.roots) this.#watchAbove(root);
    await Promise.all(this.#options.roots.map((root) => this.#watchTree(root)));
  }

  /** Whether there was something at a path when it was last looked at; then it is looked at. */
  async look(file: string): Promise<{ readonly was: boolean; readonly is: boolean }> {
    const names = this.#folders.get(path.dirname(file))?.names;
    const name = path.basename(file);
    const was = names?.has(name) ?? true;
    const is = (await kindOf(file)) !== "nothing";
    if (is) names?.add(name);
    else names?.delete(name);
    return { was, is };
  }

  close(): void {
    this.#closed = true;
    for (const { watcher } of this.#folders.values()) watcher.close();
    for (const watcher of this.#above.values()) watcher.close();
    this.#folders.clear();
    this.#above.clear();
  }

  async #watchTree(folder: string): Promise<void> {
    if (this.#closed || !this.#options.wants(folder)) return;
    const watched = this.#folders.get(folder) ?? this.#watch(folder);
    if (!watched) return;
    let entries;
    try {
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      if (isGone(error)) this.#forget(folder);
      else this.#options.onError(error);
      return;
    }
    for (const { name } of entries) watched.names.add(name);
    const below = entries.filter((entry) => entry.isDirectory());
    await Promise.all(below.map(({ name }) => this.#watchTree(path.join(folder, name))));
  }

  #watchAbove(root: string): void {
    if (this.#closed || this.#above.has(root) || path.dirname(root) === root) return;
    try {
      const watcher = watchFolder(path.dirname(root), (type, name) => {
        if (this.#closed || type !== "rename" || name !== path.basename(root)) return;
        this.#rootRenamed(root).catch((error: unknown) => this.#options.onError(error));
      });
      // Where the folder above can't be watched, the root is one that stays.
      watcher.on("error", () => watcher.close());
      this.#above.set(root, watcher);
    } catch {
      return;
    }
  }

  async #rootRenamed(root: string): Promise<void> {
    this.#forget(root);
    await this.#watchTree(root);
    if (!this.#closed) this.#options.onEvent(root);
  }

  #watch(folder: string): Watched | undefined {
    try {
      const watcher = watchFolder(folder, (type, name) => this.#onEvent(folder, type, name));
      watcher.on("error", (error) => (isGone(error) ? this.#forget(folder) : this.#options.onError(error)));
      const watched = { watcher, names: new Set<string>() };
      this.#folders.set(folder, watched);
      return watched;
    } catch (error) {
      if (!isGone(error)) this.#options.onError(error);
      return undefined;
    }
  }

  #onEvent(folder: string, type: string, name: string | null): void {
    if (this.#closed) return;
    if (name === null) return this.#options.onEvent(folder);
    const file = path.join(folder, name);
    // A folder's own end is told as something of its own name in it; whoever watches its parent knows better.
    if (name !== path.basename(folder)) this.#options.onEvent(file);
    if (type === "rename") this.#renamed(folder, file).catch((error: unknown) => this.#options.onError(error));
  }

  /** A path came, went, or is now something else. */
  async #renamed(folder: string, file: string): Promise<void> {
    const ofItself = path.basename(file) === path.basename(folder);
    if (ofItself && (await kindOf(folder)) === "nothing") return;
    if (ofItself) this.#options.onEvent(file);
    this.#forget(file);
    if ((await kindOf(file)) !== "folder") return;
    await this.#watchTree(file);
    if (!this.#closed) this.#options.onEvent(file);
  }

  /** What was watched at and below a path is not there any more, or not the same. */
  #forget(folder: string): void {
    if (!this.#folders.has(folder)) return;
    for (const [name, { watcher }] of this.#folders) {
      if (name !== folder && !name.startsWith(folder + path.sep)) continue;
      watcher.close();
      this.#folders.delete(name);
    }
  }
}

async function kindOf(file: string): Promise<"folder" | "other" | "nothing"> {
  try {
    return (await lstat(file)).isDirectory() ? "folder" : "other";
  } catch (error) {
    if (isGone(error)) return "nothing";
    throw error;
  }
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP";
}
