import { arrayBuffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { type EntryToPack, type Ignore, normalizePath, relativeTo } from "@slipway/context";
import { StiError } from "../sti-error.ts";
import { tooLarge } from "./folder-tree.ts";
import { largestSmallFile, type SourceTree } from "./source-tree.ts";

/** The files of an archive, which is read from its beginning each time. */
export class ArchiveTree implements SourceTree {
  readonly #open: () => AsyncIterable<EntryToPack>;
  readonly #contextDir: string;

  constructor(open: () => AsyncIterable<EntryToPack>, contextDir: string | undefined) {
    this.#open = open;
    this.#contextDir = normalizePath(contextDir ?? "");
  }

  async smallFiles(wanted: (path: string) => boolean): Promise<ReadonlyMap<string, Buffer>> {
    const found = new Map<string, Buffer>();
    let any = false;
    for await (const { header, body } of this.#inside()) {
      any = true;
      if (header.type !== "file" || !wanted(header.name)) continue;
      if ((header.size ?? 0) > largestSmallFile) throw tooLarge(header.name);
      found.set(header.name, Buffer.from(await arrayBuffer(Readable.from(body ?? [], { objectMode: false }))));
    }
    if (!any && this.#contextDir !== "") {
      throw new StiError("STI_BAD_SOURCE", `the source has no folder ${this.#contextDir}`, {
        hint: "contextDir is a folder in the archive",
      });
    }
    return found;
  }

  async *entries(ignore: Ignore): AsyncGenerator<EntryToPack, void, undefined> {
    const left = new Set<string>();
    for await (const entry of this.#inside()) {
      const { name, type, linkname = "" } = entry.header;
      // A folder costs nothing, and something may be let in again below it.
      const kept = !ignore.ignores(name) || (type === "directory" && ignore.mayContainIncluded(name));
      if (kept && type === "link" && left.has(linkname)) {
        throw new StiError("STI_BAD_SOURCE", `${name} is a hard link to ${linkname}, which is ignored`, {
          hint: "ignore both or neither",
        });
      }
      if (kept) yield entry;
      else if (type === "file") left.add(name);
    }
  }

  async *#inside(): AsyncGenerator<EntryToPack, void, undefined> {
    for await (const entry of this.#open()) {
      const name = relativeTo(this.#contextDir, entry.header.name);
      if (name === undefined) continue;
      const { linkname } = entry.header;
      const target = entry.header.type === "link" ? relativeTo(this.#contextDir, linkname ?? "") : linkname;
      if (entry.header.type === "link" && target === undefined) {
        throw new StiError("STI_BAD_SOURCE", `${entry.header.name} is a hard link to ${linkname}, which is not built`, {
          hint: `both must lie in ${this.#contextDir}`,
        });
      }
      yield { ...entry, header: { ...entry.header, name, ...(target === undefined ? {} : { linkname: target }) } };
    }
  }
}
