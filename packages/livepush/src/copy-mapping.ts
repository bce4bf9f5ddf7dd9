import { posix } from "node:path";
import type { CopyStep } from "@slipway/dockerfile";
import { cleanPath, joinPath, pathWithin } from "./container-path.ts";
import type { ContextFile, ContextView } from "./context-listing.ts";
import { goMatch, hasWildcard } from "./go-match.ts";
import { resolveLinks } from "./resolve-links.ts";
import type { Destination } from "./stage-facts.ts";

/** A source of a COPY that exists: its name as COPY sees it, and where it is once symlinks are followed. */
interface Root {
  readonly name: string;
  readonly at: string;
  readonly type: ContextFile["type"] | undefined;
}

interface SourceIndex {
  readonly folders: { readonly at: string; readonly order: number }[];
  readonly files: Map<string, { readonly at: string; readonly order: number }[]>;
}

const inlineMark = "\0";

/**
 * Which paths of a tree a COPY puts where, by the rules of BuildKit's COPY: a folder's content goes into the destination;
 * a file goes into it where that is a folder, else becomes it; links named as a source are followed, those inside a
 * folder are not.
 */
export class CopyMapping {
  readonly #step: CopyStep;
  readonly #view: ContextView;
  readonly #at: () => Destination | undefined;
  readonly #sources: readonly string[];
  /** Without a slash at its end. */
  readonly destination: string;
  /** The one file that the step writes, once someone asked for it. */
  #writtenThrough: string | undefined;
  #cachedRoots: readonly Root[] | undefined;
  #cachedLinkedRoots: readonly Root[] | undefined;
  #cachedIndex: SourceIndex | undefined;

  /** @param at what is at the destination in the container; asked only where the step doesn't say */
  constructor(step: CopyStep, view: ContextView, at: () => Destination | undefined) {
    this.#step = step;
    this.#view = view;
    this.#at = at;
    this.#sources = step.sources.map((source) => normalizeSource(source));
    this.destination = cleanPath(step.destination);
  }

  /** Whether the step takes from this path, or would if it existed. */
  takes(path: string): boolean {
    return this.#places(path).length > 0;
  }

  /** Whether the path is itself a source, rather than below a folder that is one. */
  isSource(path: string): boolean {
    return this.#places(path).some(({ within }) => within === "");
  }

  /** Where the path goes, being of this type; empty where the step doesn't take it. */
  targetsOf(path: string, type: ContextFile["type"]): string[] {
    const places = this.#places(path).filter(({ within }) => within !== "" || !this.#unpacks(path));
    const targets = places.map(({ name, within }) => {
      if (within !== "") return joinPath(this.destination, within);
      return type === "directory" ? this.destination : this.#fileTarget(name);
    });
    return [...new Set(targets)];
  }

  typeOf(path: string): ContextFile["type"] | undefined {
    if (this.inlineOf(path) !== undefined) return "file";
    return path === "" ? "directory" : this.#view.get(path)?.type;
  }

  /** The text of a here-document, which stands among the sources under a path that no file can have. */
  inlineOf(path: string): { readonly name: string; readonly content: string } | undefined {
    if (!path.startsWith(inlineMark)) return undefined;
    return this.#step.heredocs.find(({ name }) => name === path.slice(inlineMark.length));
  }

  /** Which path the step puts at this place of the container, as things are now. */
  sourceOf(target: string): string | undefined {
    for (const path of this.sourcesOf(target)) return path;
    return undefined;
  }

  /** All paths that go to this place, of which the first wins: it is the last that is copied. */
  *sourcesOf(target: string): Generator<string, void, undefined> {
    const within = pathWithin(this.destination, target);
    if (within === undefined && target !== this.#writtenThrough) return;
    const inline = this.#step.heredocs.findLast(({ name }) => this.#fileTarget(name) === target);
    if (inline) yield inlineMark + inline.name;
    const { folders, files } = this.#index();
    const found = [...(files.get(target) ?? [])];
    for (const { at, order } of folders) {
      if (within === undefined) break;
      const path = within === "" ? at : at === "" ? within : `${at}/${within}`;
      if (path === "" || this.#view.get(path)) found.push({ at: path, order });
    }
    for (const { at } of found.toSorted((a, b) => b.order - a.order)) yield at;
  }

  /** The sources that exist: folders, and files by their places, each with its place among all. */
  #index(): SourceIndex {
    if (this.#cachedIndex) return this.#cachedIndex;
    const index: SourceIndex = { folders: [], files: new Map() };
    for (const [order, { name, at, type }] of this.#roots().entries()) {
      if (type === "directory") index.folders.push({ at, order });
      else if (type !== undefined) {
        const target = this.#fileTarget(name);
        index.files.set(target, [...(index.files.get(target) ?? []), { at, order }]);
      }
    }
    return (this.#cachedIndex = index);
  }

  /** The sources that an ADD unpacks. */
  archives(): string[] {
    return [
      ...new Set(
        this.#sources
          .flatMap((source) => [...this.#rootsOf(source)])
          .flatMap((root) => (this.#unpacks(root.at) ? [root.at] : [])),
      ),
    ];
  }

  /** All that the step copies, folders before what they hold, each with its place. A folder named as a source included. */
  *everything(): Generator<{ path: string; target: string }, void, undefined> {
    for (const root of this.#roots()) {
      if (root.type === undefined) continue;
      if (root.type !== "directory") {
        yield { path: root.at, target: this.#fileTarget(root.name) };
        continue;
      }
      yield { path: root.at, target: this.destination };
      for (const path of this.#view.below(root.at)) {
        yield { path, target: joinPath(this.destination, root.at === "" ? path : path.slice(root.at.length + 1)) };
      }
    }
    for (const { name } of this.#step.heredocs) yield { path: inlineMark + name, target: this.#fileTarget(name) };
  }

  /** Sources without wildcards that don't exist. */
  missing(): string[] {
    return this.#sources.filter((source) => source !== "" && !hasWildcard(source) && !this.#exists(source));
  }

  /** Whether the path is a symlink that some source goes through, so that its change moves everything behind it. */
  isLinkOfSource(path: string): boolean {
    return this.#sources.some((source) => {
      if (path === source || source.startsWith(`${path}/`)) return true;
      const { literal, pattern } = splitAtWildcard(source);
      if (pattern.length === 0) return false;
      const within = relative(literal, path);
      if (within === undefined || within === "") return false;
      const parts = within.split("/");
      return parts.length <= pattern.length && goMatch(pattern.slice(0, parts.length).join("/"), within);
    });
  }

  #exists(source: string): boolean {
    const at = resolveLinks(this.#view, source);
    return at === "" || (at !== undefined && this.#view.get(at) !== undefined);
  }

  /** By which sources the path is taken; `within` is its place below a folder that is copied, `` for the source itself. */
  #places(path: string): { name: string; within: string }[] {
    const places: { name: string; within: string }[] = [];
    for (const source of this.#sources) {
      const { literal, pattern } = splitAtWildcard(source);
      const base = resolveLinks(this.#view, literal);
      if (base === undefined) continue;
      const within = relative(base, path);
      if (within === undefined) continue;
      if (pattern.length === 0) {
        if (base !== "" || within !== "") places.push({ name: source, within });
        continue;
      }
      const parts = within.split("/");
      const head = parts.slice(0, pattern.length).join("/");
      if (parts.length < pattern.length || !goMatch(pattern.join("/"), head)) continue;
      places.push({ name: head, within: parts.slice(pattern.length).join("/") });
    }
    // What matched a wildcard may be a link; the path may lie where it leads.
    for (const root of this.#linkedRoots()) {
      const within = relative(root.at, path);
      if (within !== undefined) places.push({ name: root.name, within });
    }
    return places;
  }

  #fileTarget(name: string): string {
    const { sources, destination, before, heredocs } = this.#step;
    const folder =
      destination.endsWith("/") ||
      sources.length + heredocs.length > 1 ||
      (before.workdir !== "" && cleanPath(before.workdir) === this.destination) ||
      this.destination === "/" ||
      this.#at()?.folder;
    if (folder) return joinPath(this.destination, posix.basename(name));
    this.#writtenThrough = this.#at()?.end ?? this.destination;
    return this.#writtenThrough;
  }

  #roots(): readonly Root[] {
    return (this.#cachedRoots ??= this.#sources
      .flatMap((source) => [...this.#rootsOf(source)])
      .filter(({ at }) => !this.#unpacks(at)));
  }

  #linkedRoots(): readonly Root[] {
    return (this.#cachedLinkedRoots ??= this.#sources.some((source) => hasWildcard(source))
      ? this.#roots().filter(({ at, name }) => at !== name)
      : []);
  }

  #unpacks(path: string): boolean {
    const file = this.#step.kind === "add" ? this.#view.get(path) : undefined;
    return file?.type === "file" && file.archive !== undefined && file.archive !== false;
  }

  *#rootsOf(source: string): Generator<Root, void, undefined> {
    const { literal, pattern } = splitAtWildcard(source);
    const base = resolveLinks(this.#view, literal);
    if (base === undefined) return;
    if (pattern.length === 0) {
      yield { name: source, at: base, type: this.typeOf(base) };
      return;
    }
    for (const name of this.#matches(base, pattern)) {
      const at = resolveLinks(this.#view, name);
      if (at !== undefined) yield { name, at, type: this.typeOf(at) };
    }
  }

  #matches(folder: string, pattern: readonly string[]): string[] {
    const [first, ...rest] = pattern;
    if (first === undefined) return [folder];
    return [...this.#view.children(folder)]
      .filter((name) => goMatch(first, name))
      .toSorted()
      .flatMap((name) => this.#matches(folder === "" ? name : `${folder}/${name}`, rest));
  }
}

function normalizeSource(source: string): string {
  return posix.normalize(`/${source}`).replace(/^\/+|\/+$/g, "");
}

/** The part of a source before its first wildcard, and the parts from there on. */
export function splitAtWildcard(source: string): { literal: string; pattern: string[] } {
  const parts = source.split("/");
  const first = parts.findIndex((part) => hasWildcard(part));
  if (first < 0) return { literal: source, pattern: [] };
  return { literal: parts.slice(0, first).join("/"), pattern: parts.slice(first) };
}

function relative(folder: string, path: string): string | undefined {
  if (folder === "") return path;
  if (path === folder) return "";
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}
