import { lstat, readdir, readlink } from "node:fs/promises";
import path from "node:path";
import { compileGlob } from "@slipway/context";

/**
 * What of a folder is needed for these paths: the paths, with wildcards resolved, and what links on the way lead to, as
 * BuildKit's clients have it. What is not there is left out.
 *
 * @returns paths relative to the folder; undefined for all of it
 */
export async function followPaths(directory: string, paths: readonly string[]): Promise<Set<string> | undefined> {
  if (paths.length === 0) return undefined;
  const search = new Search(directory);
  for (const wanted of paths) await search.follow([], partsOf(wanted));
  return search.everything ? undefined : search.found;
}

class Search {
  readonly found = new Set<string>();
  everything = false;
  readonly #directory: string;
  /** What was followed already: links may lead in circles. */
  readonly #seen = new Set<string>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Follows `rest` from the folder `at`, in which there are no links. */
  async follow(at: readonly string[], rest: readonly string[]): Promise<void> {
    const [name, ...further] = rest;
    if (name === undefined) {
      if (at.length === 0) this.everything = true;
      else this.found.add(at.join("/"));
      return;
    }
    const key = `${at.join("/")}\0${rest.join("/")}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (/[*?[\\]/.test(name)) {
      for (const match of await this.#matches(at, name)) await this.#enter(at, match, further);
      return;
    }
    await this.#enter(at, name, further);
  }

  async #enter(at: readonly string[], name: string, further: readonly string[]): Promise<void> {
    const here = [...at, name];
    const full = path.join(this.#directory, ...here);
    const stats = await lstat(full).catch(() => undefined);
    if (!stats) return;
    if (!stats.isSymbolicLink()) return this.follow(here, further);
    const target = await readlink(full);
    this.found.add(here.join("/"));
    // Within the context, as the engine resolves it: its root is the folder, and there is nothing above.
    const from = target.startsWith("/") ? [] : at;
    return this.follow([], [...partsOf([...from, target].join("/")), ...further]);
  }

  async #matches(at: readonly string[], pattern: string): Promise<string[]> {
    const glob = compileGlob(pattern);
    const names = await readdir(path.join(this.#directory, ...at)).catch(() => []);
    return glob ? names.filter((name) => glob.test(name)) : [];
  }
}

function partsOf(text: string): string[] {
  const clean = path.posix.normalize(`/${text}`);
  return clean.split("/").filter((part) => part !== "");
}
