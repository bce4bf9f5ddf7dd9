import type { CopyStep } from "@slipway/dockerfile";
import type { EntryToPack } from "@slipway/context";
import type { Engine } from "@slipway/transport";
import { CopyMapping } from "./copy-mapping.ts";
import { LivepushError } from "./livepush-error.ts";
import type { DeleteItem, FlowAction } from "./push-plan.ts";
import { readStageTree, stageEntries, type StageTree, type TreeFile } from "./stage-tree.ts";
import type { FileBatch, FileToPut } from "./updater.ts";

/** What a COPY --from puts where: by place in the container, the path that it comes from. */
export interface Flow {
  readonly tree: StageTree;
  readonly placed: ReadonlyMap<string, { readonly path: string; readonly file: TreeFile }>;
  readonly destination: string;
}

/** What a COPY --from must do again. */
export interface FlowChanges {
  readonly deletes: readonly DeleteItem[];
  readonly batch: FileBatch;
}

/**
 * Reads what a COPY --from copies, as the other stage's container is now.
 * @param isFolder whether the destination is a folder
 * @throws LivepushError LIVEPUSH_SOURCE_MISSING
 */
export async function readFlow(
  engine: Engine,
  containerId: string,
  step: CopyStep,
  isFolder: () => boolean,
  signal: AbortSignal,
): Promise<Flow> {
  const tree = await readStageTree(engine, containerId, step.sources, signal);
  const mapping = new CopyMapping(step, tree.listing, isFolder);
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
  return { tree, placed, destination: mapping.destination };
}

/**
 * What has to be done where `before` was copied so that it is as if `after` had been.
 * @param putBack places where something else is now than `before` put there
 */
export function flowChanges(
  engine: Engine,
  containerId: string,
  action: FlowAction,
  before: Flow,
  after: Flow,
  putBack: ReadonlySet<string>,
  signal: AbortSignal,
): FlowChanges {
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
      ...(file.type === "directory" && target === after.destination ? { keepExisting: true } : {}),
    };
    files.push(header);
    wanted.set(path, [...(wanted.get(path) ?? []), header]);
  }
  return {
    deletes: deletes.toSorted((a, b) => (a.path < b.path ? 1 : -1)),
    batch: { files, contents: () => contents(engine, containerId, after.tree, wanted, signal) },
  };
}

async function* contents(
  engine: Engine,
  containerId: string,
  tree: StageTree,
  wanted: ReadonlyMap<string, readonly FileToPut[]>,
  signal: AbortSignal,
): AsyncGenerator<EntryToPack, void, undefined> {
  for (const root of tree.roots) {
    for await (const { header, body } of stageEntries(engine, containerId, root, signal)) {
      const places = wanted.get(header.name) ?? [];
      for (const place of places) {
        if (place.type !== "file") yield { header: place };
      }
      const [place, ...more] = places.filter(({ type }) => type === "file");
      if (!place) continue;
      if (header.type === "link") {
        yield* await linked(engine, containerId, header.linkname ?? "", [place, ...more], signal);
      } else if (more.length === 0) {
        yield { header: { ...place, size: header.size }, body };
      } else {
        const content = await readAll(body);
        for (const header of [place, ...more]) yield { header, body: content };
      }
    }
  }
}

/** The content of a file that the archive has under another name. */
async function linked(
  engine: Engine,
  containerId: string,
  name: string,
  places: readonly FileToPut[],
  signal: AbortSignal,
): Promise<EntryToPack[]> {
  for await (const { body } of stageEntries(engine, containerId, name, signal)) {
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
