import type { ContextEntry } from "@slipway/context";
import type { ArchiveKind } from "./archive-kind.ts";

/** What is known of a file, folder or link of the context, short of its content. */
export interface ContextFile {
  readonly type: ContextEntry["type"];
  readonly linkname?: string | undefined;
  readonly mode?: number | undefined;
  readonly size?: number | undefined;
  readonly mtimeNs?: bigint | undefined;
  /** Its number on the disk. */
  readonly ino?: bigint | undefined;
  /** What kind of archive it is, which ADD would unpack; false for none, undefined where nobody looked. */
  readonly archive?: ArchiveKind | false | undefined;
}

/** What the planner may ask of a tree of files. Paths are relative with `/`; the root is ``. */
export interface ContextView {
  get(path: string): ContextFile | undefined;
  /** Names in a folder, in no particular order. */
  children(path: string): Iterable<string>;
  /** Every path below a folder, folders before what they hold. */
  below(path: string): Iterable<string>;
}

/** The files of a context, kept up to date change by change. */
export class ContextListing implements ContextView {
  readonly #files = new Map<string, ContextFile>();
  readonly #children = new Map<string, Set<string>>();

  constructor(files: Iterable<readonly [string, ContextFile]> = []) {
    for (const [path, file] of files) this.set(path, file);
  }

  get(path: string): ContextFile | undefined {
    return this.#files.get(path);
  }

  children(path: string): Iterable<string> {
    return this.#children.get(path) ?? [];
  }

  *below(path: string): Generator<string, void, undefined> {
    for (const name of this.children(path)) {
      const child = path === "" ? name : `${path}/${name}`;
      yield child;
      yield* this.below(child);
    }
  }

  set(path: string, file: ContextFile): void {
    this.#files.set(path, file);
    const [parent, name] = split(path);
    const siblings = this.#children.get(parent);
    if (siblings) siblings.add(name);
    else this.#children.set(parent, new Set([name]));
  }

  delete(path: string): void {
    this.#files.delete(path);
    const [parent, name] = split(path);
    const siblings = this.#children.get(parent);
    siblings?.delete(name);
    if (siblings?.size === 0) this.#children.delete(parent);
  }
}

/** A tree as it was before some of its files changed. */
export function viewBefore(now: ContextView, before: ReadonlyMap<string, ContextFile | undefined>): ContextView {
  const listing = new ContextListing();
  for (const path of now.below("")) {
    const file = before.has(path) ? before.get(path) : now.get(path);
    if (file) listing.set(path, file);
  }
  for (const [path, file] of before) if (file) listing.set(path, file);
  return listing;
}

function split(path: string): [parent: string, name: string] {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? ["", path] : [path.slice(0, slash), path.slice(slash + 1)];
}
