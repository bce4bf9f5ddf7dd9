import type { Engine } from "@slipway/transport";
import { contextBatch } from "./context-batch.ts";
import type { ContextView } from "./context-listing.ts";
import { LivepushError } from "./livepush-error.ts";
import { root } from "./owner.ts";
import type { CopyItem, RunAction, RunMount } from "./push-plan.ts";
import { resolveLinks } from "./resolve-links.ts";
import { stageBatch } from "./stage-flow.ts";
import { readStageTree } from "./stage-tree.ts";
import type { FileBatch } from "./updater.ts";

/** Where the content of mounts comes from. */
export interface MountSources {
  readonly engine: Engine;
  readonly directory: string;
  readonly context: ContextView;
  sourceOf(from: number | string): Promise<string>;
}

/**
 * What a RUN finds in a place that it mounts.
 * @throws LivepushError LIVEPUSH_SOURCE_MISSING
 */
export async function mountContent(
  mount: RunMount,
  action: RunAction,
  sources: MountSources,
  signal: AbortSignal,
): Promise<FileBatch> {
  const { target, content } = mount;
  if (content.kind === "empty") {
    const header = { name: target, type: "directory", mode: content.mode, ...content.owner } as const;
    return {
      files: [header],
      async *contents() {
        yield { header };
      },
    };
  }
  const batch =
    content.kind === "context"
      ? await ofContext(content.source, target, sources)
      : await ofContainer(await sources.sourceOf(content.from), content.source, target, sources.engine, signal);
  if (batch) return batch;
  throw new LivepushError(
    "LIVEPUSH_SOURCE_MISSING",
    `\`${action.text}\`: there is no ${content.source} to mount at ${target}`,
    { range: action.range, hint: "make it, or change the mount; the next push tries again" },
  );
}

async function ofContext(
  source: string,
  target: string,
  { context, directory }: MountSources,
): Promise<FileBatch | undefined> {
  const at = resolveLinks(context, source);
  const found = at === undefined ? undefined : at === "" ? { type: "directory" as const } : context.get(at);
  if (at === undefined || !found) return undefined;
  const item = (path: string, type: CopyItem["type"], destination: string): CopyItem => ({
    source: path || ".",
    type,
    destination,
    owner: root,
    why: "it is mounted",
  });
  // Builders give the context's own folder this mode, whatever it has on disk.
  const items = [{ ...item(at, found.type, target), ...(at === "" ? { mode: 0o755 } : {}) }];
  for (const path of found.type === "directory" ? context.below(at) : []) {
    const type = context.get(path)?.type;
    if (type) items.push(item(path, type, `${target}/${at === "" ? path : path.slice(at.length + 1)}`));
  }
  return contextBatch(directory, items);
}

async function ofContainer(
  containerId: string,
  source: string,
  target: string,
  engine: Engine,
  signal: AbortSignal,
): Promise<FileBatch | undefined> {
  const tree = await readStageTree(engine, containerId, [source], signal);
  const at = resolveLinks(tree.listing, source);
  if (at === undefined || !tree.files.has(at)) return undefined;
  const places = new Map<string, string>();
  for (const path of tree.files.keys()) {
    if (path === at) places.set(target, path);
    else if (at === "" || path.startsWith(`${at}/`))
      places.set(`${target}/${at === "" ? path : path.slice(at.length + 1)}`, path);
  }
  return stageBatch(engine, containerId, tree, places, signal);
}
