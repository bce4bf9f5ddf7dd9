import type { EntryToPack } from "@slipway/context";
import type { FilesRequest, FileSource, SourceFile } from "@slipway/transport";

/** Pieces of the list: what is sent at once. */
const filesAtOnce = 128;
const pieceSize = 64 * 1024;

/**
 * An archive's entries as BuildKit asks for files. They are told in the order that it wants, whatever theirs is, with
 * folders that have no entry. The rules of an ignore file were heeded before: it is not told of one.
 */
export function entriesSource(entries: () => Iterable<EntryToPack>): FileSource {
  const bodies = new Map<string, EntryToPack["body"]>();
  return {
    // oxlint-disable-next-line require-await -- nothing to wait for, where others have
    async *list(request) {
      if (asksForIgnoreFile(request)) return;
      const files = sorted(entries(), bodies);
      for (let at = 0; at < files.length; at += filesAtOnce) yield files.slice(at, at + filesAtOnce);
    },
    open: ({ path }) => pieces(bodies.get(path)),
  };
}

/** A source whose files are told of without those that its ignore file leaves out: the engine is not told of that one. */
export function withoutIgnoreFile(source: FileSource): FileSource {
  return {
    ...source,
    async *list(request, signal) {
      if (!asksForIgnoreFile(request)) yield* source.list(request, signal);
    },
  };
}

function asksForIgnoreFile({ followPaths }: FilesRequest): boolean {
  return followPaths.length > 0 && followPaths.every((path) => path.endsWith(".dockerignore"));
}

/** Fills the files' contents in too. */
function sorted(entries: Iterable<EntryToPack>, bodies: Map<string, EntryToPack["body"]>): SourceFile[] {
  const files = new Map<string, SourceFile>();
  const links = new Map<string, string>();
  for (const entry of entries) {
    const { name, type, mode, mtime, size, linkname } = entry.header;
    const mtimeNs = BigInt(mtime?.getTime() ?? 0) * 1_000_000n;
    for (const folder of foldersAbove(name)) {
      if (!files.has(folder)) files.set(folder, { path: folder, type: "directory", mode: 0o755, size: 0, mtimeNs: 0n });
    }
    if (type === "directory") files.set(name, { path: name, type, mode: mode ?? 0o755, size: 0, mtimeNs });
    else if (type === "symlink") files.set(name, { path: name, type, mode: mode ?? 0o777, size: 0, mtimeNs, linkname });
    else if (type === "link" && linkname !== undefined) links.set(name, linkname);
    else if (type === "file") {
      const length = typeof entry.body === "string" ? Buffer.byteLength(entry.body) : (size ?? 0);
      files.set(name, { path: name, type, mode: mode ?? 0o644, size: length, mtimeNs });
      bodies.set(name, entry.body);
    }
  }
  for (const [name, target] of links) {
    const file = files.get(target);
    if (!file) continue;
    files.set(name, { ...file, path: name });
    bodies.set(name, bodies.get(target));
  }
  return linked([...files.values()].toSorted(byFolders), links);
}

/** Of the names of one file, the first is the file and the others are links to it. */
function linked(files: readonly SourceFile[], links: ReadonlyMap<string, string>): SourceFile[] {
  if (links.size === 0) return [...files];
  const firsts = new Map<string, string>();
  const targets = new Set(links.values());
  return files.map((file) => {
    const target = links.get(file.path) ?? (targets.has(file.path) ? file.path : undefined);
    if (target === undefined) return file;
    const first = firsts.get(target);
    if (first === undefined) firsts.set(target, file.path);
    return first === undefined ? file : { ...file, linkname: first };
  });
}

function foldersAbove(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("/"));
}

/** Each folder's entries in the order of their names' bytes, a folder before what it holds: as if `/` came before all. */
function byFolders({ path: one }: SourceFile, { path: other }: SourceFile): number {
  return Buffer.compare(Buffer.from(one.replaceAll("/", "\0")), Buffer.from(other.replaceAll("/", "\0")));
}

async function* pieces(body: EntryToPack["body"]): AsyncGenerator<Uint8Array, void, undefined> {
  if (body === undefined) return;
  const chunks = typeof body === "string" || Buffer.isBuffer(body) ? [body] : body;
  for await (const chunk of chunks) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize);
  }
}
