import { lstatSync, readlinkSync } from "node:fs";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { type Ignore, walk } from "@slipway/context";
import { archiveKind } from "./archive-kind.ts";
import type { ContextChange } from "./context-change.ts";
import type { ContextFile, ContextListing } from "./context-listing.ts";
import { LivepushError } from "./livepush-error.ts";

/** A context folder and what is known of it. */
export interface WatchedContext {
  readonly directory: string;
  readonly ignore: Ignore;
  /** What was there; brought up to date. */
  readonly listing: ContextListing;
}

/** Lists a whole context. */
export async function listContext(directory: string, ignore: Ignore): Promise<[string, ContextFile][]> {
  const files: [string, ContextFile][] = [];
  for await (const { path: name, type, mode, size, mtimeNs, ino, linkname } of walk(directory, { ignore })) {
    files.push([name, { type, mode, size, mtimeNs, ino, linkname }]);
  }
  return files;
}

/**
 * A path as the context knows it: relative, with `/`.
 * @throws LivepushError LIVEPUSH_PATH_OUTSIDE
 */
export function contextPath(directory: string, file: string): string {
  const relative = path.relative(directory, path.resolve(directory, file));
  if (relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)) {
    throw new LivepushError("LIVEPUSH_PATH_OUTSIDE", `${file} is not in the build context ${directory}`, {
      hint: "give paths relative to the context, or absolute ones inside of it",
    });
  }
  return relative.split(path.sep).join("/");
}

/**
 * What really changed at and below paths, and the folders that came or went with them. The disk decides: whether a caller
 * calls a path changed or deleted makes no difference.
 * @param changes by path; what was there before the first change of a path stays what was before it
 */
export async function readChanges(
  context: WatchedContext,
  names: readonly string[],
  changes: Map<string, ContextChange>,
): Promise<void> {
  const reader = new ChangeReader(context, changes);
  for (const [index, name] of names.entries()) {
    if (index % lookAtOnce === lookAtOnce - 1) await setImmediate();
    await reader.read(name);
  }
}

/** How many paths are looked up before others have their turn: waiting for each costs many times what looking does. */
const lookAtOnce = 256;

class ChangeReader {
  readonly #context: WatchedContext;
  readonly #changes: Map<string, ContextChange>;

  constructor(context: WatchedContext, changes: Map<string, ContextChange>) {
    this.#context = context;
    this.#changes = changes;
  }

  async read(name: string): Promise<void> {
    const { listing } = this.#context;
    const file = name === "" ? undefined : this.#stat(name);
    if (name === "") await this.#readFolder("");
    else if (!file) {
      // With a file its folder may have gone.
      const gone = this.#highestGone(name);
      const above = parentOf(gone);
      // A file that took its folder's place is not gone.
      if (above !== "" && this.#stat(above)?.type !== "directory") return this.read(above);
      for (const path of [gone, ...listing.below(gone)]) this.#set(path, undefined);
      this.#dropEmpty(gone);
    } else {
      if (this.#context.ignore.ignores(name)) this.#setFoldersAbove(name);
      else this.#setWithFolders(name, file);
      const known = [...listing.below(name)];
      if (file.type === "directory") await this.#readFolder(name);
      else for (const path of known) this.#set(path, undefined);
      this.#dropEmpty(name);
      // One that is left out may have another mode.
      if (file.type === "directory" && listing.get(name)) this.#set(name, file);
    }
  }

  /** A folder that is left out comes along only with what it holds that is not. */
  #dropEmpty(name: string): void {
    const { ignore, listing } = this.#context;
    for (let at = name; at !== ""; at = parentOf(at)) {
      if (!listing.get(at)) continue;
      if (!ignore.ignores(at) || !isEmpty(listing.children(at))) return;
      this.#set(at, undefined);
    }
  }

  /** A folder named as changed: what is new, gone or not as it was below it. */
  async #readFolder(folder: string): Promise<void> {
    const { directory, ignore, listing } = this.#context;
    const below = (name: string): string => (folder === "" ? name : `${folder}/${name}`);
    if (folder !== "" && ignore.ignores(folder) && !ignore.mayContainIncluded(folder)) return;
    const gone = new Set(listing.below(folder));
    const inside: Ignore = {
      ignores: (name) => ignore.ignores(below(name)),
      mayContainIncluded: (name) => ignore.mayContainIncluded(below(name)),
    };
    // A context that is gone as a whole, as for a moment when branches are switched, holds nothing.
    const files = this.#stat(folder) ? await listContext(path.join(directory, folder), inside) : [];
    for (const [name, file] of files) {
      gone.delete(below(name));
      if (!isSame(listing.get(below(name)), file)) this.#setWithFolders(below(name), file);
    }
    for (const name of gone) this.#set(name, undefined);
  }

  /** A file that is left out may have come with a folder that is not. */
  #setFoldersAbove(name: string): void {
    const parent = parentOf(name);
    if (parent === "" || this.#context.listing.get(parent)?.type === "directory") return;
    if (this.#context.ignore.ignores(parent)) return this.#setFoldersAbove(parent);
    const folder = this.#stat(parent);
    if (folder?.type === "directory") this.#setWithFolders(parent, folder);
  }

  #setWithFolders(name: string, file: ContextFile): void {
    const parent = parentOf(name);
    if (parent !== "" && this.#context.listing.get(parent)?.type !== "directory") {
      const folder = this.#stat(parent);
      // Behind a link lies nothing of the context's own.
      if (folder?.type !== "directory") return;
      this.#setWithFolders(parent, folder);
    }
    this.#set(name, file);
  }

  #set(name: string, after: ContextFile | undefined): void {
    const { listing } = this.#context;
    const before = this.#changes.has(name) ? this.#changes.get(name)?.before : listing.get(name);
    this.#changes.set(name, { path: name, before, after });
    if (after) listing.set(name, after);
    else listing.delete(name);
  }

  #highestGone(name: string): string {
    let gone = name;
    for (let at = name.lastIndexOf("/"); at > 0; at = name.lastIndexOf("/", at - 1)) {
      const folder = name.slice(0, at);
      if (this.#stat(folder)) break;
      gone = folder;
    }
    return gone;
  }

  #stat(name: string): ContextFile | undefined {
    const full = path.join(this.#context.directory, name);
    try {
      const stats = lstatSync(full, { throwIfNoEntry: false, bigint: true });
      if (!stats) return undefined;
      const facts = { mode: Number(stats.mode) & 0o7777, mtimeNs: stats.mtimeNs, ino: stats.ino };
      if (stats.isSymbolicLink()) return { type: "symlink", linkname: readlinkSync(full), size: 0, ...facts };
      if (stats.isDirectory()) return { type: "directory", size: 0, ...facts };
      return stats.isFile() ? { type: "file", size: Number(stats.size), ...facts } : undefined;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP") return undefined;
      throw error;
    }
  }
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf("/")));
}

function isEmpty(names: Iterable<string>): boolean {
  for (const _ of names) return false;
  return true;
}

/** Whether the changed files are archives, which ADD would unpack. */
export async function withArchiveFacts(directory: string, changes: readonly ContextChange[]): Promise<ContextChange[]> {
  return Promise.all(
    changes.map(async (change) =>
      change.after?.type === "file"
        ? { ...change, after: { ...change.after, archive: await archiveKind(path.join(directory, change.path)) } }
        : change,
    ),
  );
}

function isSame(a: ContextFile | undefined, b: ContextFile): boolean {
  if (!a || a.type !== b.type || a.mode !== b.mode || a.linkname !== b.linkname) return false;
  if (a.type === "directory") return true;
  // Files that were made at the same moment differ in nothing but their number.
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ino === b.ino;
}
