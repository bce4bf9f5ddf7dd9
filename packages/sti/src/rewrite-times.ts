import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path, { posix } from "node:path";
import { Readable, Transform } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { type EntryToPack, packEntries, readEntries } from "@slipway/context";
import { type ImageInspect, loadImages, saveImages } from "@slipway/transport";
import type { BuildContext } from "./build-context.ts";
import { StiError } from "./sti-error.ts";

interface Manifest {
  readonly Config: string;
  readonly Layers: readonly string[];
}

/** An image's configuration, as far as times and layers are concerned. */
interface Config extends Record<string, unknown> {
  rootfs: { type: string; diff_ids: string[] };
  history?: { created?: string; [field: string]: unknown }[];
  config?: Record<string, unknown>;
}

/** A layer as it is loaded. */
interface NewLayer {
  readonly file: string;
  readonly size: number;
  readonly diffId: string;
}

/**
 * Makes an image of another in which no file of its own layers is newer than `epoch`, nor the image itself. Engines
 * write the present into what they make, and not all can be told otherwise, so the layers are taken out, rewritten and
 * loaded again; those of the base image stay as they are.
 * @returns the new image's id
 */
export async function rewriteTimes(
  context: BuildContext,
  imageId: string,
  base: ImageInspect,
  epoch: number,
): Promise<string> {
  const { engine, request, emit } = context;
  const { signal } = request;
  emit({
    type: "stage",
    stage: "commit",
    message: `setting times to ${new Date(epoch * 1000).toISOString()} at the latest`,
  });
  const folder = await mkdtemp(path.join(request.workingDir ?? tmpdir(), "slipway-sti-"));
  try {
    const saved = path.join(folder, "saved.tar");
    await pipeline(await saveImages(engine, [imageId], { signal }), createWriteStream(saved), ...withSignal(signal));
    const [manifest] = JSON.parse(await fileIn(saved, "manifest.json", signal)) as [Manifest];
    const config = JSON.parse(await fileIn(saved, manifest.Config, signal)) as Config;
    const below = base.RootFS.Layers?.length ?? 0;
    const layers = new Map<number, NewLayer>();
    for (const [at, name] of manifest.Layers.entries()) {
      if (at >= below) layers.set(at, await rewriteLayer(saved, name, path.join(folder, `${at}.tar`), epoch, signal));
    }
    const json = JSON.stringify(rewriteConfig(config, base, layers, epoch));
    const id = createHash("sha256").update(json).digest("hex");
    await loadImages(engine, packEntries(archive(id, json, manifest, layers)), { signal });
    return `sha256:${id}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function withSignal(signal: AbortSignal | undefined): [] {
  return (signal ? [{ signal }] : []) as [];
}

/** The engine has the base image's layers, and looks for those that it has not only. */
function* archive(
  id: string,
  json: string,
  manifest: Manifest,
  layers: ReadonlyMap<number, NewLayer>,
): Generator<EntryToPack, void, undefined> {
  const names = manifest.Layers.map((_, at) => `${at}/layer.tar`);
  for (const [at, { file, size }] of layers) {
    yield { header: { name: `${at}`, type: "directory" } };
    yield { header: { name: `${at}/layer.tar`, type: "file", size }, body: createReadStream(file) };
  }
  yield { header: { name: `${id}.json`, type: "file" }, body: json };
  const body = JSON.stringify([{ Config: `${id}.json`, RepoTags: [], Layers: names }]);
  yield { header: { name: "manifest.json", type: "file" }, body };
}

async function rewriteLayer(
  saved: string,
  name: string,
  file: string,
  epoch: number,
  signal: AbortSignal | undefined,
): Promise<NewLayer> {
  return inArchive(saved, name, signal, async (body) => {
    const hash = createHash("sha256");
    const hashing = new Transform({
      transform: (chunk: Buffer, _, done) => {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    await pipeline(packEntries(noLater(readEntries(body, { signal }), epoch)), hashing, createWriteStream(file));
    return { file, size: (await stat(file)).size, diffId: `sha256:${hash.digest("hex")}` };
  });
}

async function* noLater(
  entries: AsyncIterable<EntryToPack>,
  epoch: number,
): AsyncGenerator<EntryToPack, void, undefined> {
  const latest = new Date(epoch * 1000);
  for await (const { header, body } of entries) {
    const mtime = header.mtime && header.mtime > latest ? latest : header.mtime;
    yield { header: { ...header, ...(mtime ? { mtime } : {}) }, body };
  }
}

function rewriteConfig(
  config: Config,
  base: ImageInspect,
  layers: ReadonlyMap<number, NewLayer>,
  epoch: number,
): Config {
  const time = new Date(epoch * 1000).toISOString();
  const latest = (created: string | undefined): string =>
    created !== undefined && Date.parse(created) < epoch * 1000 ? created : time;
  // What names the container or the builder's own cache differs from build to build.
  const { container: _, container_config: __, ...kept } = config;
  const own = Object.entries(kept).filter(([name]) => !name.startsWith("moby.buildkit."));
  const history = config.history ?? [];
  const baseTime = Date.parse(base.Created);
  return {
    ...(Object.fromEntries(own) as Config),
    created: time,
    ...(config.config ? { config: { ...config.config, Hostname: "", Image: "" } } : {}),
    history: history.map((entry) =>
      entry.created !== undefined && Date.parse(entry.created) <= baseTime
        ? entry
        : { ...entry, created: latest(entry.created) },
    ),
    rootfs: { ...config.rootfs, diff_ids: config.rootfs.diff_ids.map((id, at) => layers.get(at)?.diffId ?? id) },
  };
}

function fileIn(saved: string, name: string, signal: AbortSignal | undefined): Promise<string> {
  return inArchive(saved, name, signal, (body) => text(body));
}

/** Hands a file of an archive to `use`. Layers that are the same are one, and the others links to it. */
async function inArchive<Result>(
  saved: string,
  name: string,
  signal: AbortSignal | undefined,
  use: (body: Readable) => Promise<Result>,
): Promise<Result> {
  for await (const { header, body } of readEntries(createReadStream(saved), { signal })) {
    if (header.name !== name) continue;
    if (header.type === "file") return await use(body);
    const target = posix.join(posix.dirname(name), header.linkname ?? "");
    return inArchive(saved, header.type === "link" ? (header.linkname ?? "") : target, signal, use);
  }
  throw new StiError("STI_BUILD_FAILED", `the engine's archive of the image has no ${name}`, {
    hint: "does the engine write archives as `docker save` does?",
  });
}
