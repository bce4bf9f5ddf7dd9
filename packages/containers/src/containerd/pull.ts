import { randomBytes } from "node:crypto";
import { parseReference } from "@slipway/transport";
import type { BackendPullOptions } from "../backend/pull-options.ts";
import { ContainersError } from "../containers-error.ts";
import type { Connection } from "./connection.ts";
import {
  chainIdOf,
  choosePlatform,
  digestOf,
  type ImageConfig,
  isIndex,
  type Manifest,
  type RegistryDescriptor,
} from "./image-content.ts";
import { methods } from "./messages.ts";
import { Registry, type RegistryOptions } from "./registry.ts";
import { unpack } from "./unpack.ts";
import { withLease } from "./with-lease.ts";

/** An image's name as containerd has it: in full. */
export function fullName(name: string): string {
  const { domain, path, tag, digest } = parseReference(name);
  const suffix = digest ? `@${digest}` : `:${tag ?? "latest"}`;
  return `${domain}/${path}${suffix}`;
}

/** Fetches an image from its registry into containerd's store, and makes its snapshot. */
export async function pull(
  connection: Connection,
  snapshotter: string,
  name: string,
  options: BackendPullOptions & Omit<RegistryOptions, "auth" | "signal">,
): Promise<void> {
  const { tag = "latest", digest } = parseReference(name);
  const { platform, onStatus, signal } = options;
  const registry = new Registry(name, options);
  await withLease(connection, async (lease) => {
    const call = { signal, lease };
    const store = async (
      descriptor: Pick<RegistryDescriptor, "digest" | "size">,
      source: () => Promise<AsyncIterable<Uint8Array>>,
      labels: Readonly<Record<string, string>>,
    ): Promise<void> => {
      const { digest: wanted, size } = descriptor;
      if (await connection.find(methods.contentInfo, { digest: wanted }, call)) {
        // It may have come without what refers to others, and nothing is to be collected that is needed.
        const paths = Object.keys(labels).map((key) => `labels.${key}`);
        const request = { info: { digest: wanted, labels }, update_mask: { paths } };
        if (paths.length > 0) await connection.call(methods.updateContent, request, call);
        onStatus?.({ status: "Already exists", layer: shortOf(wanted) });
        return;
      }
      const ref = `slipway-${randomBytes(8).toString("hex")}-${wanted}`;
      const counted = count(await source(), (current) =>
        onStatus?.({ status: "Downloading", layer: shortOf(wanted), current, total: size }),
      );
      await connection.writeContent({ digest: wanted, size, ref }, counted, labels, call);
    };
    const top = await registry.manifest(digest ?? tag);
    const topDigest = digestOf(top.body);
    if (digest && digest !== topDigest) {
      throw new ContainersError("CONTAINERS_IMAGE_PULL", `the registry has ${topDigest} where ${digest} was asked for`);
    }
    let manifestBody = top.body;
    if (isIndex(top.mediaType)) {
      const { manifests } = JSON.parse(top.body.toString()) as { manifests: readonly RegistryDescriptor[] };
      const chosen = choosePlatform(manifests, platform);
      manifestBody = (await registry.manifest(chosen.digest)).body;
      if (digestOf(manifestBody) !== chosen.digest) {
        throw new ContainersError(
          "CONTAINERS_IMAGE_PULL",
          `the registry's manifest ${chosen.digest} has another digest`,
        );
      }
      const labels = { "containerd.io/gc.ref.content.m.0": chosen.digest };
      await store({ digest: topDigest, size: top.body.length }, async () => pieces(top.body), labels);
    }
    const manifest = JSON.parse(manifestBody.toString()) as Manifest;
    const configBody = await gather(await registry.blob(manifest.config.digest));
    const config = JSON.parse(configBody.toString()) as ImageConfig;
    const references = Object.fromEntries(
      [manifest.config, ...manifest.layers].map((part, index) => [
        `containerd.io/gc.ref.content.${index}`,
        part.digest,
      ]),
    );
    for (const layer of uniqueOf(manifest.layers)) await store(layer, () => registry.blob(layer.digest), {});
    const snapshot = { [`containerd.io/gc.ref.snapshot.${snapshotter}`]: chainIdOf(config.rootfs.diff_ids) };
    await store(manifest.config, async () => pieces(configBody), snapshot);
    await store(
      { digest: digestOf(manifestBody), size: manifestBody.length },
      async () => pieces(manifestBody),
      references,
    );
    await unpack(connection, snapshotter, { manifest, config }, { ...call, onStatus });
    const target = { media_type: top.mediaType, digest: topDigest, size: top.body.length };
    const image = { name: fullName(name), target };
    if (!(await connection.make(methods.createImage, { image }, call))) {
      await connection.call(methods.updateImage, { image }, call);
    }
    onStatus?.({ status: `Digest: ${topDigest}` });
  });
}

function shortOf(digest: string): string {
  return digest.slice("sha256:".length, "sha256:".length + 12);
}

function uniqueOf(layers: readonly RegistryDescriptor[]): RegistryDescriptor[] {
  return [...new Map(layers.map((layer) => [layer.digest, layer])).values()];
}

async function* pieces(content: Buffer): AsyncGenerator<Uint8Array> {
  yield content;
}

async function* count(source: AsyncIterable<Uint8Array>, told: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    told(bytes);
    yield chunk;
  }
}

async function gather(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}
