import { readFile } from "node:fs/promises";
import path from "node:path";
import { type ContextEntry, directoryEntries, type EntryToPack, type Ignore, walk } from "@slipway/context";
import { StiError } from "../sti-error.ts";
import { largestSmallFile, type SourceTree } from "./source-tree.ts";

/** A folder of this machine. */
export class FolderTree implements SourceTree {
  readonly #folder: string;
  readonly #signal: AbortSignal | undefined;

  constructor(folder: string, signal: AbortSignal | undefined) {
    this.#folder = folder;
    this.#signal = signal;
  }

  async smallFiles(wanted: (path: string) => boolean): Promise<ReadonlyMap<string, Buffer>> {
    const found = new Map<string, Buffer>();
    // Only the root's own files and .s2i are looked at.
    const outside = (file: string): boolean => file.includes("/") && !file.startsWith(".s2i/");
    const ignore: Ignore = {
      ignores: (file) => outside(file) || (!file.includes("/") && file !== ".s2i" && !wanted(file)),
      mayContainIncluded: () => false,
    };
    for await (const entry of walk(this.#folder, { ignore, signal: this.#signal })) {
      if (wanted(entry.path)) await this.#read(entry, found);
    }
    return found;
  }

  entries(ignore: Ignore): AsyncIterable<EntryToPack> {
    return directoryEntries(this.#folder, { ignore, signal: this.#signal });
  }

  async #read(entry: ContextEntry, found: Map<string, Buffer>): Promise<void> {
    if (entry.type === "directory") return;
    if (entry.type === "symlink") {
      throw new StiError("STI_BAD_SOURCE", `the source's ${entry.path} is a link`, { hint: "make it a file" });
    }
    if (entry.size > largestSmallFile) throw tooLarge(entry.path);
    found.set(entry.path, await readFile(path.join(this.#folder, entry.path)));
  }
}

/** A file that steers the build is larger than any such file. */
export function tooLarge(file: string): StiError {
  return new StiError("STI_BAD_SOURCE", `the source's ${file} has more than ${largestSmallFile} bytes`, {
    hint: "is it the file that it is named for?",
  });
}
