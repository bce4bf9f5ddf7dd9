import { createReadStream } from "node:fs";
import path from "node:path";
import type { Readable } from "node:stream";
import type { Ignore } from "./ignore.ts";
import { packEntries } from "./pack-entries.ts";
import { readIgnore } from "./read-ignore.ts";
import type { EntryToPack } from "./tar-entry.ts";
import { walk } from "./walk.ts";

/** What of a folder is packed. */
export interface PackDirectoryOptions {
  /** What is left out; without it, what the folder's own ignore file says. */
  readonly ignore?: Ignore | "dockerignore" | undefined;
  /** The Dockerfile's path in the folder: its own ignore file goes first, and it is never left out. */
  readonly dockerfile?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Packs a folder as a build context: a tar stream, made as it is read. Owners become root, as builders make them. */
export function packDirectory(directory: string, options: PackDirectoryOptions = {}): Readable {
  return packEntries(directoryEntries(directory, options));
}

/** The entries of {@link packDirectory}, unpacked. */
export async function* directoryEntries(
  directory: string,
  options: PackDirectoryOptions = {},
): AsyncGenerator<EntryToPack, void, undefined> {
  const { ignore = "dockerignore", dockerfile, signal } = options;
  const rules = ignore === "dockerignore" ? await readIgnore(directory, dockerfile) : ignore;
  for await (const { path: name, type, mode, size, mtime, linkname } of walk(directory, { ignore: rules, signal })) {
    const header = { name, type, mode, mtime, ...(linkname === undefined ? {} : { linkname }) };
    if (type !== "file") yield { header };
    else if (size === 0) yield { header, body: "" };
    else yield { header: { ...header, size }, body: createReadStream(path.join(directory, name)) };
  }
}
