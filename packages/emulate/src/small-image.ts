import { createHash, randomBytes } from "node:crypto";
import { PassThrough } from "node:stream";
import { type EntryToPack, packEntries } from "@slipway/context";
import { type Engine, loadImages, removeImage } from "@slipway/transport";

/** An image of a few files, loaded for a while. */
export interface SmallImage {
  readonly name: string;
  remove(): Promise<void>;
}

/** What an image is made of. */
export interface SmallImageOptions {
  readonly platform: string;
  /** Files, as often as they are asked for: their sum comes first. */
  readonly files: () => readonly EntryToPack[];
  readonly entrypoint?: readonly string[] | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Loads an image that says of which platform it is, as `docker import` can't on every engine. */
export async function loadSmallImage(engine: Engine, options: SmallImageOptions): Promise<SmallImage> {
  const { platform, files, entrypoint, labels = {}, signal } = options;
  const [os, architecture, variant] = platform.split("/");
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of packEntries(files())) {
    signal?.throwIfAborted();
    hash.update(chunk as Buffer);
    size += (chunk as Buffer).length;
  }
  const digest = hash.digest("hex");
  const name = `slipway-emulate-${architecture}:${digest.slice(0, 12)}-${randomBytes(4).toString("hex")}`;
  const config = {
    os,
    architecture,
    ...(variant === undefined ? {} : { variant }),
    created: new Date(0).toISOString(),
    config: { Entrypoint: entrypoint ?? null, Labels: { "dev.slipway.helper": "emulate", ...labels, name } },
    rootfs: { type: "layers", diff_ids: [`sha256:${digest}`] },
  };
  const text = JSON.stringify(config);
  const configName = `${createHash("sha256").update(text).digest("hex")}.json`;
  const manifest = [{ Config: configName, RepoTags: [name], Layers: ["layer.tar"] }];
  const layer = packEntries(files()).pipe(new PassThrough());
  const tar = packEntries([
    { header: { name: configName, type: "file" }, body: text },
    { header: { name: "layer.tar", type: "file", size }, body: layer },
    { header: { name: "manifest.json", type: "file" }, body: JSON.stringify(manifest) },
  ]);
  await loadImages(engine, tar, { signal });
  return { name, remove: async () => void (await removeImage(engine, name, { force: true })) };
}
