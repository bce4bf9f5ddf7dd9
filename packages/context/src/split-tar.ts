import type { Readable } from "node:stream";
import { ByteSource } from "./byte-source.ts";
import { ContextError } from "./context-error.ts";
import { blockSize } from "./decode-block.ts";
import { packEntries } from "./pack-entries.ts";
import { normalizePath } from "./path-rules.ts";
import { PlainBlock } from "./plain-block.ts";
import { PlainEntry, PlainFile } from "./plain-file.ts";
import { Spool, type Spooled } from "./spool.ts";
import { splitEntries, type SplitEntry } from "./split-entry.ts";
import type { TarHeader } from "./tar-entry.ts";
import { TarReader } from "./tar-reader.ts";

/** A part of an archive that somebody wants: all below a folder. */
export interface SplitTask {
  readonly id: string;
  /** The folder, relative to the archive's root; `.` for all of it. */
  readonly context: string;
}

/** An archive taken apart. */
export interface SplitContext {
  /** A task's part as a tar archive, names relative to its context; any number of times, in any order. */
  open(id: string): Readable;
  /** The entries of a task's part, with their contents. */
  entries(id: string): readonly SplitEntry[];
  /** Lets go of all that was kept; streams that are still read fail. */
  close(): Promise<void>;
}

/** How to split. */
export interface SplitTarOptions {
  /** How much is kept in memory, in bytes, before a temporary file takes the rest. Default: 4 MiB. */
  readonly memoryLimit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const memoryByDefault = 4 * 1024 * 1024;
const zeros = Buffer.alloc(blockSize);

/**
 * Reads an archive once, to its end, and keeps what its tasks need, each content once however many tasks have it.
 *
 * @throws {ContextError} for a damaged archive, a path that leads out of it, a full disk
 * @throws the source's own error; the signal's reason
 */
export async function splitTar(
  source: Readable,
  tasks: readonly SplitTask[],
  options: SplitTarOptions = {},
): Promise<SplitContext> {
  const bytes = new ByteSource(source, options.signal);
  const spool = new Spool(options.memoryLimit ?? memoryByDefault);
  const parts = new Map<string, SplitEntry[]>();
  const contexts = new Map<string, string>();
  try {
    for (const { id, context } of tasks) {
      const folder = normalizePath(context);
      contexts.set(id, folder);
      parts.set(folder, parts.get(folder) ?? []);
    }
    if (parts.size > 0) await readParts(new TarReader(bytes), parts, spool);
    await spool.flush();
  } catch (error) {
    await spool.close();
    throw error;
  } finally {
    await bytes.close();
  }
  const entries = (id: string): readonly SplitEntry[] => {
    const list = parts.get(contexts.get(id) ?? "\0");
    if (list) return list;
    throw new ContextError("CONTEXT_UNKNOWN_TASK", `no task \`${id}\` was split off`, {
      hint: `these were: ${[...contexts.keys()].join(", ")}`,
    });
  };
  return {
    entries,
    open: (id) => packEntries(splitEntries(entries(id))),
    close: () => spool.close(),
  };
}

type Parts = Map<string, SplitEntry[]>;

async function readParts(reader: TarReader, parts: Parts, spool: Spool): Promise<void> {
  const next = (): Promise<Buffer | undefined> => reader.chunk();
  const foldersOf = holders(parts);
  // What a hard link may stand for. Names are the whole archive's.
  const contents = new Map<string, Spooled | undefined>();
  let repeated = false;
  // Of a name that came before another content is known now, or none.
  const note = (name: string, content: Spooled | undefined): void => {
    const before = contents.size;
    contents.set(name, content);
    if (contents.size === before) repeated = true;
  };
  // Waits only where it must: most entries of most archives are there already.
  for (let header = await reader.nextRaw(); header; header = reader.nextNow() ?? (await reader.nextRaw())) {
    const { name } = header;
    const folders = foldersOf(name);
    if (folders.length === 0) continue;
    if (header instanceof PlainBlock) {
      const file = new PlainFile(spool, spool.end, header);
      const { block, blockAt } = reader;
      if (reader.bodyNow() >= 0) spool.append(block, blockAt, blockAt + file.length);
      else {
        spool.append(block, blockAt, blockAt + blockSize);
        await spool.add(next);
        spool.append(zeros, 0, file.length - blockSize - file.size);
      }
      note(name, file);
      for (const folder of folders) {
        parts.get(folder)?.push(new PlainEntry(file, folder === "" ? 0 : folder.length + 1));
      }
    } else {
      const content = header.type === "file" ? await spool.add(next) : linkedContent(header, contents);
      note(name, content);
      for (const folder of folders) {
        const own = relativeHeader(header, folder);
        parts.get(folder)?.push({ name: own.name, type: own.type, header: own, content });
      }
    }
    if (spool.due) await spool.write();
  }
  if (repeated) for (const [folder, entries] of parts) parts.set(folder, lastOfEach(entries));
}

/** As when an archive is unpacked: of two entries of one name the last is what remains, in its own place. */
function lastOfEach(entries: readonly SplitEntry[]): SplitEntry[] {
  const byName = new Map<string, SplitEntry>();
  for (const entry of entries) {
    byName.delete(entry.name);
    byName.set(entry.name, entry);
  }
  return [...byName.values()];
}

function linkedContent(
  { name, type, linkname = "" }: TarHeader,
  contents: ReadonlyMap<string, Spooled | undefined>,
): Spooled | undefined {
  if (type !== "link") return undefined;
  const content = contents.get(linkname);
  if (content) return content;
  throw new ContextError(
    "CONTEXT_BAD_PATH",
    `\`${name}\` is a hard link to \`${linkname}\`, which is in none of the build contexts`,
    {
      hint: "make it a file of its own, or a symbolic link",
    },
  );
}

/** Every wanted folder that holds an entry: found by going up its path, whatever the number of tasks. */
function holders(wanted: ReadonlyMap<string, unknown>): (name: string) => readonly string[] {
  // Mostly neighbours come one after the other.
  let lastParent: string | undefined;
  let lastFolders: readonly string[] = [];
  return (name) => {
    if (name === "") return [];
    const parent = name.slice(0, Math.max(0, name.lastIndexOf("/")));
    if (parent === lastParent) return lastFolders;
    const found: string[] = wanted.has("") ? [""] : [];
    for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) {
      const folder = name.slice(0, at);
      if (wanted.has(folder)) found.push(folder);
    }
    lastParent = parent;
    lastFolders = found;
    return found;
  };
}

function relativeHeader(header: TarHeader, folder: string): TarHeader {
  if (folder === "") return header;
  const below = (path: string): string => path.slice(folder.length + 1);
  const name = below(header.name);
  if (header.type !== "link" || !header.linkname?.startsWith(`${folder}/`)) return { ...header, name };
  return { ...header, name, linkname: below(header.linkname) };
}
