import type { Readable } from "node:stream";
import { ByteSource } from "./byte-source.ts";
import { ContextError } from "./context-error.ts";
import { packEntries } from "./pack-entries.ts";
import { normalizePath } from "./path-rules.ts";
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

async function readParts(
  reader: TarReader,
  parts: ReadonlyMap<string, Map<string, SplitEntry>>,
  spool: Spool,
): Promise<void> {
  // What a hard link may stand for. Names are the whole archive's.
  const contents = new Map<string, Spooled>();
  const next = (): Promise<Buffer | undefined> => reader.chunk();
  // Waits only where it must: most entries of most archives are there already.
  for (let header = await reader.next(); header; header = reader.nextNow() ?? (await reader.next())) {
    const { name, type, linkname = "" } = header;
    const folders = foldersOf(name, parts);
    if (folders.length === 0) continue;
    if (type === "link" && !contents.has(linkname)) {
      throw new ContextError(
        "CONTEXT_BAD_PATH",
        `\`${name}\` is a hard link to \`${linkname}\`, which is in none of the build contexts`,
        {
          hint: "make it a file of its own, or a symbolic link",
        },
      );
    }
    let content: Spooled | undefined;
    if (type === "file") {
      const body = reader.bodyNow();
      content = body ? spool.addNow(body) : await spool.add(next, header.size ?? 0);
      if (spool.due) await spool.write();
    } else if (type === "link") content = contents.get(linkname);
    // A name that came before has another content now, or none.
    if (content) contents.set(name, content);
    else contents.delete(name);
    for (const folder of folders) {
      const own = relativeHeader(header, folder);
      const entries = parts.get(folder) as Map<string, SplitEntry>;
      // As when an archive is unpacked: of two entries of one name the last is what remains.
      entries.delete(own.name);
      entries.set(own.name, { header: own, content });
    }
  }
}

/** Every wanted folder that holds the entry: found by going up its path, whatever the number of tasks. */
function foldersOf(name: string, wanted: ReadonlyMap<string, unknown>): string[] {
  const found: string[] = [];
  if (name !== "" && wanted.has("")) found.push("");
  for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) {
    const folder = name.slice(0, at);
    if (wanted.has(folder)) found.push(folder);
  }
  return found;
}

function relativeHeader(header: TarHeader, folder: string): TarHeader {
  if (folder === "") return header;
  const below = (path: string): string => path.slice(folder.length + 1);
  const name = below(header.name);
  if (header.type !== "link" || !header.linkname?.startsWith(`${folder}/`)) return { ...header, name };
  return { ...header, name, linkname: below(header.linkname) };
}
