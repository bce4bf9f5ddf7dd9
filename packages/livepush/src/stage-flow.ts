import type { CopyStep } from "@slipway/dockerfile";
import type { EntryToPack, TarEntry } from "@slipway/context";
import type { Engine } from "@slipway/transport";
import { archiveEntries, archiveKind } from "./archive-kind.ts";
import { cleanPath, foldersAbove, joinPath } from "./container-path.ts";
import { ContextListing } from "./context-listing.ts";
import { CopyMapping } from "./copy-mapping.ts";
import { LivepushError } from "./livepush-error.ts";
import type { DeleteItem, FlowAction } from "./push-plan.ts";
import type { Destination } from "./stage-facts.ts";
import { readStageTree, stageEntries, type StageTree, treeFiles, type TreeFile } from "./stage-tree.ts";
import type { FileBatch, FileToPut } from "./updater.ts";

/** What a COPY --from puts where: by place in the container, the path that it comes from. */
export interface Flow {
  readonly tree: StageTree;
  readonly placed: ReadonlyMap<string, { readonly path: string; readonly file: TreeFile }>;
  readonly destination: string;
  readonly entriesOf: EntriesOf;
}

/** The entries of a tree at and below a path, with their contents. */
type EntriesOf = (root: string) => AsyncIterable<TarEntry>;

/** What a COPY --from must do again. */
export interface FlowChanges {
  readonly deletes: readonly DeleteItem[];
  readonly batch: FileBatch;
}

/**
 * Reads what a COPY --from copies, as the other stage's container is now.
 * @param at what is at the destination
 * @throws LivepushError LIVEPUSH_SOURCE_MISSING
 */
export async function readFlow(
  engine: Engine,
  containerId: string,
  step: CopyStep,
  at: () => Destination,
  signal: AbortSignal,
): Promise<Flow> {
  const tree = await readStageTree(engine, containerId, step.sources, signal);
  const mapping = new CopyMapping(step, tree.listing, at);
  const [missing] = mapping.missing();
  if (missing !== undefined) {
    throw new LivepushError("LIVEPUSH_SOURCE_MISSING", `\`${step.text}\`: there is no /${missing} to copy`, {
      range: step.range,
      hint: "let the stage that it is copied from make it; the next push tries again",
    });
  }
  const placed = new Map<string, { path: string; file: TreeFile }>();
  for (const { path, target } of mapping.everything()) {
    const file = tree.files.get(path);
    if (file) placed.set(target, { path, file });
  }
  const entriesOf = containerEntries(engine, containerId, signal);
  return { tree, placed, destination: mapping.destination, entriesOf };
}

/** Reads what an ADD unpacks, as the archive on disk is now. */
export async function readArchiveFlow(file: string, step: CopyStep): Promise<Flow> {
  const destination = cleanPath(step.destination);
  const missing = new LivepushError("LIVEPUSH_SOURCE_MISSING", `\`${step.text}\`: ${file} can't be unpacked`, {
    range: step.range,
    hint: "builders can; or put an archive there that is plain or compressed with gzip",
  });
  const kind = await archiveKind(file);
  if (kind !== "tar" && kind !== "gzip") throw missing;
  const entriesOf: EntriesOf = (root) => archiveEntries(file, kind, root);
  const listing = new ContextListing();
  const files = new Map<string, TreeFile>();
  const placed = new Map<string, { path: string; file: TreeFile }>();
  for await (const [path, found] of treeFiles(entriesOf(""))) {
    for (const folder of foldersAbove(`/${path}`)) {
      if (!placed.has(joinPath(destination, folder))) {
        placed.set(joinPath(destination, folder), { path: folder.slice(1), file: impliedFolder });
      }
    }
    files.set(path, found);
    placed.set(joinPath(destination, path), { path, file: found });
  }
  placed.set(destination, { path: "", file: impliedFolder });
  return { tree: { listing, files, roots: [""] }, placed, destination, entriesOf };
}

/** A folder that an archive has files in, but not as such: one that is there already stays as it is. */
const impliedFolder: TreeFile = {
  type: "directory",
  mode: 0o755,
  uid: 0,
  gid: 0,
  size: 0,
  mtime: new Date(0),
  implied: true,
};

/**
 * What has to be done where `before` was copied so that it is as if `after` had been.
 * @param putBack places where something else is now than `before` put there
 */
export function flowChanges(action: FlowAction, before: Flow, after: Flow, putBack: ReadonlySet<string>): FlowChanges {
  const why = `\`${action.text}\` brings it`;
  const deletes: DeleteItem[] = [];
  for (const [target, { file }] of before.placed) {
    const now = after.placed.get(target)?.file;
    if (!now)
      deletes.push({ path: target, kind: file.type === "directory" ? "folder" : "file", why: `${why} no more` });
    else if (now.type !== file.type) deletes.push({ path: target, kind: "tree", why });
  }
  const files: FileToPut[] = [];
  const wanted = new Map<string, FileToPut[]>();
  for (const [target, { path, file }] of after.placed) {
    const old = before.placed.get(target)?.file;
    if (old && isSame(old, file) && !putBack.has(target)) continue;
    const header: FileToPut = {
      name: target,
      type: file.type,
      mode: file.type === "symlink" ? 0o777 : (action.mode ?? file.mode),
      uid: action.owner?.uid ?? file.uid,
      gid: action.owner?.gid ?? file.gid,
      mtime: file.mtime,
      ...(file.type === "file" ? { size: file.size } : {}),
      ...(file.linkname === undefined ? {} : { linkname: file.linkname }),
      ...(file.implied || (file.type === "directory" && target === after.destination) ? { keepExisting: true } : {}),
    };
    files.push(header);
    wanted.set(path, [...(wanted.get(path) ?? []), header]);
  }
  return {
    deletes: deletes.toSorted((a, b) => (a.path < b.path ? 1 : -1)),
    batch: { files, contents: () => contents(after.entriesOf, after.tree.roots, wanted) },
  };
}

/** Files of another container, by the places that they are to have. */
export function stageBatch(
  engine: Engine,
  containerId: string,
  tree: StageTree,
  places: ReadonlyMap<string, string>,
  signal: AbortSignal,
): FileBatch {
  const files: FileToPut[] = [];
  const wanted = new Map<string, FileToPut[]>();
  for (const [name, path] of places) {
    const file = tree.files.get(path);
    if (!file) continue;
    const { digest: _digest, implied: _implied, ...facts } = file;
    const header: FileToPut = { name, ...facts };
    files.push(header);
    wanted.set(path, [...(wanted.get(path) ?? []), header]);
  }
  return { files, contents: () => contents(containerEntries(engine, containerId, signal), tree.roots, wanted) };
}

/** The entries of a container, as they are whenever they are read. */
export function containerEntries(engine: Engine, containerId: string, signal: AbortSignal): EntriesOf {
  return (root) => stageEntries(engine, containerId, root, signal);
}

async function* contents(
  entriesOf: EntriesOf,
  roots: readonly string[],
  wanted: ReadonlyMap<string, readonly FileToPut[]>,
): AsyncGenerator<EntryToPack, void, undefined> {
  for (const root of roots) {
    for await (const { header, body } of entriesOf(root)) {
      const places = wanted.get(header.name) ?? [];
      for (const place of places) {
        if (place.type !== "file") yield { header: place };
      }
      const [place, ...more] = places.filter(({ type }) => type === "file");
      if (!place) continue;
      if (header.type === "link") yield* await linked(entriesOf, header.linkname ?? "", [place, ...more]);
      else if (more.length === 0) {
        yield { header: { ...place, size: header.size }, body };
      } else {
        const content = await readAll(body);
        for (const header of [place, ...more]) yield { header, body: content };
      }
    }
  }
}

/** The content of a file that the archive has under another name. */
async function linked(entriesOf: EntriesOf, name: string, places: readonly FileToPut[]): Promise<EntryToPack[]> {
  for await (const { body } of entriesOf(name)) {
    const content = await readAll(body);
    return places.map((header) => ({ header, body: content }));
  }
  return [];
}

async function readAll(body: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function isSame(a: TreeFile, b: TreeFile): boolean {
  return (
    a.type === b.type &&
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.linkname === b.linkname &&
    a.digest === b.digest
  );
}
