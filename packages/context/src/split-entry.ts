import { type Ignore, ignoreNothing } from "./ignore.ts";
import { PlainEntry } from "./plain-file.ts";
import type { Spooled } from "./spool.ts";
import type { EntryToPack, EntryType, TarHeader } from "./tar-entry.ts";

/** An entry of a task's part of an archive. */
export interface SplitEntry {
  /** As in the header, which may be made each time it is asked for. */
  readonly name: string;
  readonly type: EntryType;
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
  // Only links ask for it.
  const linked = Array.isArray(entries) ? entries.some(({ type }: SplitEntry) => type === "link") : true;
  const packed = new Map<string, Spooled | undefined>();
  const held = new Map<string, EntryToPack>();
  for (const entry of entries) {
    const { name, type } = entry;
    if (ignore !== ignoreNothing && ignore.ignores(name)) {
      if (type === "directory" && ignore.mayContainIncluded(name)) held.set(name, entry);
      continue;
    }
    if (held.size > 0) yield* heldAbove(name, held);
    if (linked) packed.set(name, entry.content);
    if (entry instanceof PlainEntry) {
      yield entry;
      continue;
    }
    const { header, content } = entry;
    if (type !== "file" && type !== "link") yield { header };
    else if (type === "link" && content && packed.get(header.linkname ?? "") === content) yield { header };
    else yield { header: type === "file" ? header : asFile(header, content), body: content?.open() };
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
