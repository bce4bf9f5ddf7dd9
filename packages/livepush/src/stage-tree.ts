import { createHash } from "node:crypto";
import { posix } from "node:path";
import { readEntries, type TarEntry } from "@slipway/context";
import { isSlipwayError } from "@slipway/errors";
import { type Engine, getArchive } from "@slipway/transport";
import { ContextListing } from "./context-listing.ts";
import { splitAtWildcard } from "./copy-mapping.ts";
import { resolveLinks } from "./resolve-links.ts";

/** What a file of a container is, its content included. */
export interface TreeFile {
  readonly type: "file" | "directory" | "symlink";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: Date;
  readonly linkname?: string | undefined;
  /** Of a file's content. */
  readonly digest?: string | undefined;
  /** Of a folder: it has no entry of its own. */
  readonly implied?: boolean | undefined;
}

/** A part of a container's file system, as COPY --from sees it: paths relative to its root. */
export interface StageTree {
  readonly listing: ContextListing;
  readonly files: ReadonlyMap<string, TreeFile>;
  /** Which paths must be read to see all of it. */
  readonly roots: readonly string[];
}

/** Reads what the sources of a COPY --from name, and what links among them lead to. */
export async function readStageTree(
  engine: Engine,
  containerId: string,
  sources: readonly string[],
  signal: AbortSignal,
): Promise<StageTree> {
  const listing = new ContextListing();
  const files = new Map<string, TreeFile>();
  const roots: string[] = [];
  const left = sources.map(
    (source) => splitAtWildcard(posix.normalize(`/${source}`).replace(/^\/+|\/+$/g, "")).literal,
  );
  for (let root = left.shift(); root !== undefined; root = left.shift()) {
    if (roots.some((known) => known === "" || root === known || root?.startsWith(`${known}/`))) continue;
    roots.push(root);
    for await (const [name, file] of treeFiles(stageEntries(engine, containerId, root, signal))) {
      files.set(name, file);
      if (name !== "") listing.set(name, file);
    }
    const end = resolveLinks(listing, root);
    if (end !== undefined && end !== "" && !listing.get(end) && files.has(root)) left.push(end);
  }
  return { listing, files, roots };
}

/** The entries of a path of a container, with their paths relative to its root; none if there is no such path. */
export async function* stageEntries(
  engine: Engine,
  containerId: string,
  root: string,
  signal: AbortSignal,
): AsyncGenerator<TarEntry, void, undefined> {
  let archive;
  try {
    archive = await getArchive(engine, containerId, `/${root}`, { signal });
  } catch (error) {
    if (isSlipwayError(error, "TRANSPORT_NOT_FOUND")) return;
    throw error;
  }
  // The archive's names begin with the last part of the path that was asked for.
  const base = posix.basename(root);
  const place = (name: string): string =>
    root === "" ? name : name === base ? root : `${root}${name.slice(base.length)}`;
  for await (const { header, body } of readEntries(archive, { signal })) {
    const { linkname } = header;
    const named = { ...header, name: place(header.name) };
    yield { header: header.type === "link" && linkname ? { ...named, linkname: place(linkname) } : named, body };
  }
}

/** What the entries of an archive are, their content as a digest. */
export async function* treeFiles(
  entries: AsyncIterable<TarEntry>,
): AsyncGenerator<[string, TreeFile], void, undefined> {
  const digests = new Map<string, { digest: string; size: number }>();
  for await (const { header, body } of entries) {
    const { name, type, mode = 0o644, uid = 0, gid = 0, mtime = new Date(0), linkname } = header;
    const facts = { mode, uid, gid, mtime };
    if (type === "directory") yield [name, { type, size: 0, ...facts }];
    else if (type === "symlink") yield [name, { type, linkname, size: 0, ...facts }];
    else if (type === "link")
      yield [name, { type: "file", ...facts, ...(digests.get(linkname ?? "") as { digest: string; size: number }) }];
    else if (type === "file") {
      const hash = createHash("sha256");
      for await (const chunk of body) hash.update(chunk as Buffer);
      const content = { digest: hash.digest("hex"), size: header.size ?? 0 };
      digests.set(name, content);
      yield [name, { type, ...facts, ...content }];
    }
  }
}
