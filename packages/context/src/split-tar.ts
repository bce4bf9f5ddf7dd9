import type { Readable } from "node:stream";
import { ContextError } from "./context-error.ts";
import { packEntries } from "./pack-entries.ts";
import { normalizePath } from "./path-rules.ts";
import { readEntries } from "./read-entries.ts";
import { Spool, type Spooled } from "./spool.ts";
import type { EntryToPack, TarHeader } from "./tar-entry.ts";

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
  /** Lets go of all that was kept. */
  close(): Promise<void>;
}

/** An entry of a task's part. */
export interface SplitEntry {
  readonly header: TarHeader;
  readonly content: Spooled | undefined;
}

/**
 * Reads an archive once and keeps what its tasks need, each content once however many tasks have it.
 * @throws ContextError for a damaged archive, a path outside of it, a full disk; the source's own error
 */
export async function splitTar(
  source: Readable,
  tasks: readonly SplitTask[],
  options: { readonly memoryLimit?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<SplitContext> {
  const { memoryLimit = 16 * 1024 * 1024, signal } = options;
  const byContext = new Map<string, Map<string, SplitEntry>>();
  const contextOf = new Map<string, string>();
  for (const task of tasks) {
    const context = normalizePath(task.context);
    contextOf.set(task.id, context);
    byContext.set(context, new Map());
  }
  const spool = new Spool(memoryLimit);
  try {
    for await (const { header, body } of readEntries(source, { signal })) {
      const contexts = contextsOf(header.name, byContext);
      if (contexts.length === 0) continue;
      const content = header.type === "file" ? await spool.add(body, header.size ?? 0) : undefined;
      for (const context of contexts) {
        const name = context === "" ? header.name : header.name.slice(context.length + 1);
        const linkname = header.type === "link" ? hardLinkTarget(context, header) : header.linkname;
        const own = { ...header, name, ...(linkname === undefined ? {} : { linkname }) };
        // As when an archive is unpacked: of two entries of one name the last is what remains.
        const entries = byContext.get(context) as Map<string, SplitEntry>;
        entries.delete(name);
        entries.set(name, { header: own, content });
      }
    }
  } catch (error) {
    await spool.close();
    throw error;
  }
  const entries = (id: string): SplitEntry[] => {
    const context = contextOf.get(id);
    if (context === undefined) throw new ContextError("CONTEXT_NOT_FOUND", `no task \`${id}\` was split off`);
    return [...(byContext.get(context) as Map<string, SplitEntry>).values()];
  };
  return {
    entries,
    open: (id) => packEntries(toPack(entries(id))),
    close: () => spool.close(),
  };
}

/** Every wanted folder that holds the entry: found by going up its path, whatever the number of tasks. */
function contextsOf(name: string, wanted: ReadonlyMap<string, unknown>): string[] {
  const found: string[] = [];
  if (name !== "" && wanted.has("")) found.push("");
  for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) {
    const folder = name.slice(0, at);
    if (wanted.has(folder)) found.push(folder);
  }
  return found;
}

function hardLinkTarget(context: string, header: TarHeader): string {
  const target = normalizePath(header.linkname ?? "");
  if (context === "") return target;
  if (!target.startsWith(`${context}/`)) {
    throw new ContextError("CONTEXT_BAD_PATH", `\`${header.name}\` is a hard link to \`${target}\`, outside its build context`, {
      hint: "make it a file of its own",
    });
  }
  return target.slice(context.length + 1);
}

async function* toPack(entries: readonly SplitEntry[]): AsyncGenerator<EntryToPack, void, undefined> {
  for (const { header, content } of entries) {
    yield content ? { header: { ...header, size: content.size }, body: content.open() } : { header };
  }
}
