/** What a file table knows about a file: its text, that there is none, that it is not known yet, that it never will. */
export type FileAnswer = { readonly text: string } | "missing" | "pending" | "unavailable";

/**
 * The files that were read so far. The pipeline is synchronous: what it asks for and is not there yet is noted down,
 * and the pipeline is run again once the host has read it.
 */
export class FileTable {
  readonly #files = new Map<string, string | undefined>();
  readonly #redirected = new Map<string, string | undefined>();
  readonly #wanted = new Set<string>();
  readonly #readable: boolean;

  /** `readable`: whether there is a host that can read files. */
  constructor(readable: boolean) {
    this.#readable = readable;
  }

  /** Paths that were asked for and not given yet. */
  get wanted(): string[] {
    return [...this.#wanted];
  }

  /** What the host answered for a path; undefined where there is no such file. */
  give(path: string, text: string | undefined): void {
    this.#wanted.delete(path);
    this.#files.set(path, text);
  }

  /** What the host said a remote reference is; undefined where it refused. */
  redirect(reference: string, path: string | undefined): void {
    this.#wanted.delete(reference);
    this.#redirected.set(reference, path);
  }

  /** The path behind a remote reference; undefined where nobody gives one, or while it is asked for. */
  pathOf(reference: string): { readonly path: string | undefined } | "pending" {
    if (!this.#readable) return { path: undefined };
    if (this.#redirected.has(reference)) return { path: this.#redirected.get(reference) };
    this.#wanted.add(reference);
    return "pending";
  }

  read(path: string): FileAnswer {
    if (path === "/dev/null") return { text: "" };
    if (!this.#readable) return "unavailable";
    if (!this.#files.has(path)) {
      this.#wanted.add(path);
      return "pending";
    }
    const text = this.#files.get(path);
    return text === undefined ? "missing" : { text };
  }
}
