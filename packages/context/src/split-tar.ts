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
  /** How much is kept in memory, in bytes, before a temporary file takes the rest. Default: 8 MiB. */
  readonly memoryLimit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const memoryByDefault = 8 * 1024 * 1024;
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
  const parts = new Map<string, Map<string, SplitEntry>>();
  const contexts = new Map<string, string>();
  try {
    for (const { id, context } of tasks) {
      const folder = normalizePath(context);
      contexts.set(id, folder);
      parts.set(folder, parts.get(folder) ?? new Map());
    }
    if (parts.size > 0) await readParts(new TarReader(bytes), parts, spool);
    await spool.flush();
  } catch (error) {
    await spool.close();
    throw error;
  } finally {
    await bytes.close();
  }
  const lists = new Map<string, readonly SplitEntry[]>();
  for (const [folder, entries] of parts) lists.set(folder, [...entries.values()]);
  const entries = (id: string): readonly SplitEntry[] => {
    const list = lists.get(contexts.get(id) ?? "\0");
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

type Parts = ReadonlyMap<string, Map<string, SplitEntry>>;

async function readParts(reader: TarReader, parts: Parts, spool: Spool): Promise<void> {
  const next = (): Promise<Buffer | undefined> => reader.chunk();
  const foldersOf = holders(parts);
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
      for (const folder of folders) {
        const own = folder === "" ? name : name.slice(folder.length + 1);
        keep(parts, folder, new PlainEntry(own, file, header.dot + name.length - own.length));
      }
    } else {
      const content = header.type === "file" ? await spool.add(next) : linkedContent(header, parts, foldersOf);
      for (const folder of folders) {
        const own = relativeHeader(header, folder);
        keep(parts, folder, { name: own.name, type: own.type, header: own, content });
      }
    }
    if (spool.due) await spool.write();
  }
}

/** As when an archive is unpacked: of two entries of one name the last is what remains, in its own place. */
function keep(parts: Parts, folder: string, entry: SplitEntry): void {
  const entries = parts.get(folder) as Map<string, SplitEntry>;
  const before = entries.size;
  entries.set(entry.name, entry);
  if (entries.size > before) return;
  entries.delete(entry.name);
  entries.set(entry.name, entry);
}

/** What a hard link stands for. */
function linkedContent(
  { name, type, linkname = "" }: TarHeader,
  parts: Parts,
  foldersOf: (name: string) => readonly string[],
): Spooled | undefined {
  if (type !== "link") return undefined;
  const [folder] = foldersOf(linkname);
  const below = folder === undefined || folder === "" ? linkname : linkname.slice(folder.length + 1);
  const content = parts.get(folder ?? "")?.get(below)?.content;
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
