import { createHash } from "node:crypto";
import { ContainersError } from "../containers-error.ts";
import type { CallOptions, Connection } from "./connection.ts";
import type { Descriptor } from "./messages.ts";

/** An image's manifest, as OCI and docker have it. */
export interface Manifest {
  readonly config: RegistryDescriptor;
  readonly layers: readonly RegistryDescriptor[];
}

/** A reference to content, in manifests. */
export interface RegistryDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: Platform | undefined;
}

/** What an image is for. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}

/** An image's configuration. */
export interface ImageConfig extends Platform {
  readonly created?: string | undefined;
  readonly config?:
    | {
        readonly User?: string;
        readonly Env?: readonly string[] | null;
        readonly Entrypoint?: readonly string[] | null;
        readonly Cmd?: readonly string[] | null;
        readonly WorkingDir?: string;
        readonly Labels?: Readonly<Record<string, string>> | null;
        readonly StopSignal?: string;
      }
    | undefined;
  readonly rootfs: { readonly diff_ids: readonly string[] };
}

/** An image as it is in the content store. */
export interface ImageContent {
  readonly manifest: Manifest;
  readonly config: ImageConfig;
  /** The snapshot of all its layers. */
  readonly chainId: string;
}

/** A kind of content that stands for several images. */
export function isIndex(mediaType: string): boolean {
  return /manifest\.list|image\.index/.test(mediaType);
}

/** The snapshot of layers, one upon the other: a hash over their hashes, as OCI has it. */
export function chainIdOf(diffIds: readonly string[]): string {
  return diffIds.reduce((chain, diffId) => (chain === "" ? diffId : digestOf(Buffer.from(`${chain} ${diffId}`))), "");
}

/** `sha256:…` */
export function digestOf(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** Reads an image for a platform from the content store. */
export async function readImageContent(
  connection: Connection,
  target: Descriptor,
  platform: string | undefined,
  options: CallOptions = {},
): Promise<ImageContent> {
  let content = JSON.parse((await connection.readContent(target.digest, options)).toString()) as object;
  if (isIndex(target.media_type) || "manifests" in content) {
    const { manifests } = content as { manifests: readonly RegistryDescriptor[] };
    const chosen = choosePlatform(manifests, platform);
    content = JSON.parse((await connection.readContent(chosen.digest, options)).toString()) as object;
  }
  const manifest = content as Manifest;
  const config = JSON.parse((await connection.readContent(manifest.config.digest, options)).toString()) as ImageConfig;
  return { manifest, config, chainId: chainIdOf(config.rootfs.diff_ids) };
}

/**
 * The image for a platform, this machine's without one.
 * @throws ContainersError CONTAINERS_IMAGE_PULL with the platforms that there are
 */
export function choosePlatform(
  manifests: readonly RegistryDescriptor[],
  wanted: string | undefined,
): RegistryDescriptor {
  const [os, architecture, variant] = (wanted ?? ownPlatform()).split("/");
  const fitting = manifests.filter(({ platform }) => platform?.os === os && platform?.architecture === architecture);
  const chosen =
    fitting.find(({ platform }) => platform?.variant === variant) ?? (variant === undefined ? fitting[0] : undefined);
  if (chosen) return chosen;
  const there = manifests.flatMap(({ platform }) => (platform ? [platformName(platform)] : []));
  throw new ContainersError("CONTAINERS_IMAGE_PULL", `there is no image for ${wanted ?? ownPlatform()}`, {
    hint: `there are ${there.join(", ") || "none"}`,
  });
}

/** `linux/arm64/v8` */
export function platformName({ os, architecture, variant }: Platform): string {
  return `${os}/${architecture}${variant ? `/${variant}` : ""}`;
}

function ownPlatform(): string {
  const names: Partial<Record<typeof process.arch, string>> = { x64: "amd64", ia32: "386", ppc64: "ppc64le" };
  return `linux/${names[process.arch] ?? process.arch}`;
}
