import { randomBytes } from "node:crypto";
import type { PullStatus } from "../backend/pull-options.ts";
import { ContainersError } from "../containers-error.ts";
import type { CallOptions, Connection } from "./connection.ts";
import { chainIdOf, type ImageContent } from "./image-content.ts";
import { methods } from "./messages.ts";

/** Makes the snapshots of an image's layers that aren't there yet. */
export async function unpack(
  connection: Connection,
  snapshotter: string,
  { manifest, config }: Pick<ImageContent, "manifest" | "config">,
  options: CallOptions & { readonly onStatus?: ((status: PullStatus) => void) | undefined },
): Promise<void> {
  const { onStatus, ...call } = options;
  const diffIds = config.rootfs.diff_ids;
  let parent = "";
  for (const [index, diffId] of diffIds.entries()) {
    const name = chainIdOf(diffIds.slice(0, index + 1));
    const layer = manifest.layers[index];
    if (!layer) throw new ContainersError("CONTAINERS_IMAGE_PULL", "the image has more layers than its manifest");
    if (!(await connection.find(methods.statSnapshot, { snapshotter, key: name }, call))) {
      onStatus?.({ status: "Extracting", layer: layer.digest.slice("sha256:".length, "sha256:".length + 12) });
      const key = `slipway-extract-${randomBytes(8).toString("hex")}`;
      const { mounts } = await connection.call(methods.prepareSnapshot, { snapshotter, key, parent }, call);
      try {
        const diff = { media_type: layer.mediaType, digest: layer.digest, size: layer.size };
        const { applied } = await connection.call(methods.applyDiff, { diff, mounts }, call);
        if (applied?.digest !== diffId) {
          throw new ContainersError("CONTAINERS_IMAGE_PULL", `the layer ${layer.digest} is not what its image says`);
        }
        // Another pull may have made the same one meanwhile.
        if (!(await connection.make(methods.commitSnapshot, { snapshotter, name, key }, call))) {
          await connection.find(methods.removeSnapshot, { snapshotter, key });
        }
      } catch (error) {
        await connection.find(methods.removeSnapshot, { snapshotter, key });
        throw error;
      }
    }
    parent = name;
  }
}
