import type { Readable } from "node:stream";
import { ByteSource } from "./byte-source.ts";
import { ContextError } from "./context-error.ts";
import { blockSize } from "./decode-block.ts";
import { EntryTable } from "./entry-table.ts";
import { packEntries } from "./pack-entries.ts";
import { normalizePath } from "./path-rules.ts";
import { PlainBlock } from "./plain-block.ts";
import { Spool } from "./spool.ts";
import { SplitPart } from "./split-part.ts";
import { TarReader } from "./tar-reader.ts";

/** A part of an archive that somebody wants: all below a folder. */
export interface SplitTask {
  readonly id: string;
  /** The folder, relative to the archive's root; `.` for all of it. */
  readonly context: string;
  /** What of it is left out, asked by paths relative to the folder. */
  readonly except?: ((path: string) => boolean) | undefined;
}

/** An archive taken apart. */
export interface SplitContext {
  /** A task's part as a tar archive, names relative to its context; any number of times, in any order. */
  open(id: string): Readable;
  /** A task's part, to look into it or to pack it otherwise. */
  part(id: string): SplitPart;
  /** Lets go of all that was kept; streams that are still read fail. */
  close(): Promise<void>;
}

/** How to split. */
export interface SplitTarOptions {
  /** How much is kept in memory, in bytes, before a temporary file takes the rest. Default: 2 MiB. */
  readonly memoryLimit?: number | undefined;
  /** How long the source may give nothing, in milliseconds, before it is given up. Default: for ever. */
  readonly stallTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const memoryByDefault = 2 * 1024 * 1024;
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
  const bytes = new ByteSource(source, options);
  const spool = new Spool(options.memoryLimit ?? memoryByDefault);
  const table = new EntryTable(spool);
  const folders = new Map<string, SplitPart[]>();
  const parts = new Map<string, SplitPart>();
  try {
    for (const { id, context, except } of tasks) {
      const folder = normalizePath(context);
      const part = new SplitPart(table, folder, except);
      folders.set(folder, [...(folders.get(folder) ?? []), part]);
      parts.set(id, part);
    }
    if (parts.size > 0) await readParts(new TarReader(bytes), table, folders);
    await spool.flush();
    const overwritten = table.overwritten();
    if (overwritten.size > 0) for (const part of parts.values()) part.drop(overwritten);
    linkContents(table);
  } catch (error) {
    await spool.close();
    throw error;
  } finally {
    await bytes.close();
  }
  const part = (id: string): SplitPart => {
    const found = parts.get(id);
    if (found) return found;
    throw new ContextError("CONTEXT_UNKNOWN_TASK", `no task \`${id}\` was split off`, {
      hint: `these were: ${[...parts.keys()].join(", ")}`,
    });
  };
  return {
    part,
    open: (id) => packEntries(part(id).pack()),
    close: () => spool.close(),
  };
}

type Folders = ReadonlyMap<string, readonly SplitPart[]>;

async function readParts(reader: TarReader, table: EntryTable, folders: Folders): Promise<void> {
  const { spool } = table;
  const next = (): Promise<Buffer | undefined> => reader.chunk();
  const holding = holders(folders);
  // Waits only where it must: most entries of most archives are there already.
  for (let header = await reader.nextRaw(); header; header = reader.nextNow() ?? (await reader.nextRaw())) {
    const { name } = header;
    const parts = holding(name);
    if (parts.length === 0) continue;
    let number: number;
    if (header instanceof PlainBlock) {
      const { block, blockAt } = reader;
      const { size } = header;
      const padded = Math.ceil(size / blockSize) * blockSize;
      number = table.addPlain(name, spool.end, size);
      if (reader.bodyNow() >= 0) spool.append(block, blockAt, blockAt + blockSize + padded);
      else {
        spool.append(block, blockAt, blockAt + blockSize);
        await spool.add(next);
        spool.append(zeros, 0, padded - size);
      }
    } else number = table.addOther({ header, content: header.type === "file" ? await spool.add(next) : undefined });
    for (const part of parts) part.add(number, name);
    if (spool.due) await spool.write();
  }
}

/** Gives hard links what they stand for: what came before them, whatever came after. One to a symlink becomes such. */
function linkContents(table: EntryTable): void {
  for (const [number, link] of table.others) {
    const { name, type, linkname = "" } = link.header;
    if (type !== "link") continue;
    const target = table.find(linkname, number);
    const symlink = target === undefined ? undefined : table.other(target)?.header;
    if (symlink?.type === "symlink") {
      link.header = { ...link.header, type: "symlink", linkname: symlink.linkname };
      continue;
    }
    const content = target === undefined ? undefined : table.contentOf(target);
    if (target === undefined || content === undefined) {
      throw new ContextError(
        "CONTEXT_BAD_PATH",
        `\`${name}\` is a hard link to \`${linkname}\`, which is in none of the build contexts`,
        {
          hint: "make it a file of its own, or a symbolic link",
        },
      );
    }
    link.target = target;
    link.content = content;
  }
}

/** Every wanted folder that holds an entry: found by going up its path, whatever the number of tasks. */
function holders(wanted: Folders): (name: string) => readonly SplitPart[] {
  // Mostly neighbours come one after the other.
  let lastParent = "\0";
  let lastParts: readonly SplitPart[] = [];
  return (name) => {
    if (name === "") return [];
    const slash = Math.max(0, name.lastIndexOf("/"));
    if (slash === lastParent.length && name.startsWith(lastParent)) return lastParts;
    const found = [...(wanted.get("") ?? [])];
    for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) {
      found.push(...(wanted.get(name.slice(0, at)) ?? []));
    }
    lastParent = name.slice(0, slash);
    lastParts = found;
    return found;
  };
}
