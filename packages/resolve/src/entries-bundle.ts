import { posix } from "node:path";
import type { Bundle } from "./bundle.ts";
import { ResolveError } from "./resolve-error.ts";

/** Enough for a message. */
const namesAtMost = 1000;

/** An entry of an archive as far as resolution needs it. The entries of `splitTar` are of this shape. */
export interface BundleEntry {
  readonly name: string;
  readonly type: string;
  /** Asked for of links only. */
  readonly header: { readonly linkname?: string | undefined };
  /** A file's content. */
  readonly content?: { open(): AsyncIterable<Buffer> | Buffer } | undefined;
}

/** An archive's entries. A part of `splitTar` is of this shape. */
export interface BundleEntries extends Iterable<BundleEntry> {
  get(path: string): BundleEntry | undefined;
}

/**
 * An archive's entries as a bundle. Its `read` throws a {@link ResolveError} `RESOLVE_BAD_PATH` for a link that leads to
 * no file of the bundle.
 */
export function entriesBundle(entries: BundleEntries): Bundle {
  return {
    read: async (path) => textOf(follow(entries, path)),
    has: (path) => Promise.resolve(entries.get(path) !== undefined),
    names: () => Promise.resolve([...names(entries)]),
  };
}

function* names(entries: BundleEntries): Generator<string, void, undefined> {
  let left = namesAtMost;
  for (const entry of entries) {
    if (!isFileLike(entry)) continue;
    yield entry.name;
    if (--left === 0) return;
  }
}

function isFileLike({ type }: BundleEntry): boolean {
  return type === "file" || type === "link" || type === "symlink";
}

/** Links are followed as a builder does: none leads out of the context. */
function follow(entries: BundleEntries, path: string): BundleEntry | undefined {
  const first = entries.get(path);
  if (!first || !isFileLike(first)) return undefined;
  let at = path;
  // The kernel's own limit on links in a row.
  for (let hops = 0; hops < 40; hops++) {
    const entry = entries.get(at);
    if (entry?.type === "file") return entry;
    const link = entry?.header.linkname;
    if (link === undefined) break;
    // A builder takes the context's root for `/`; a hard link's target counts from there anyway.
    const rooted = link.startsWith("/") || entry?.type === "link";
    at = posix.join("/", rooted ? "" : posix.dirname(at), link).slice(1);
  }
  throw new ResolveError("RESOLVE_BAD_PATH", `\`${path}\` is a link that leads to no file of the build context`, {
    hint: "let it point to a file in the build context, by a path without links to folders",
  });
}

async function textOf(entry: BundleEntry | undefined): Promise<string | undefined> {
  if (!entry) return undefined;
  const content = entry.content?.open() ?? Buffer.alloc(0);
  if (Buffer.isBuffer(content)) return content.toString("utf8");
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
