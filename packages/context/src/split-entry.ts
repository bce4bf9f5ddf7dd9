import { type Ignore, ignoreNothing } from "./ignore.ts";
import type { Spooled } from "./spool.ts";
import type { EntryToPack, TarHeader } from "./tar-entry.ts";

/** An entry of a task's part of an archive. */
export interface SplitEntry {
  readonly header: TarHeader;
  /** Of a file, and of a hard link what it stands for. */
  readonly content: Spooled | undefined;
}

/**
 * Entries as they are packed, without those that are ignored. A hard link whose file is not among them becomes a file of
 * its own. A folder that is ignored comes along with what an exception lets in below it, so that it keeps its mode.
 */
export function* splitEntries(
  entries: Iterable<SplitEntry>,
  ignore: Ignore = ignoreNothing,
): Generator<EntryToPack, void, undefined> {
  const packed = new Map<string, Spooled | undefined>();
  const held = new Map<string, EntryToPack>();
  for (const { header, content } of entries) {
    const { name, type } = header;
    if (ignore.ignores(name)) {
      if (type === "directory" && ignore.mayContainIncluded(name)) held.set(name, { header });
      continue;
    }
    yield* heldAbove(name, held);
    if (type !== "file" && type !== "link") yield { header };
    else if (type === "link" && content && packed.get(header.linkname ?? "") === content) yield { header };
    else yield { header: type === "file" ? header : asFile(header, content), body: content?.open() };
    packed.set(name, content);
  }
}

function asFile(header: TarHeader, content: Spooled | undefined): TarHeader {
  return { ...header, type: "file", linkname: undefined, size: content?.size ?? 0 };
}

/** The folders above a path that wait for something that is let in, the outermost first; each comes once. */
export function* heldAbove<Entry>(path: string, held: Map<string, Entry>): Generator<Entry, void, undefined> {
  if (held.size === 0) return;
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
    const folder = path.slice(0, at);
    const entry = held.get(folder);
    if (entry === undefined) continue;
    held.delete(folder);
    yield entry;
  }
}
