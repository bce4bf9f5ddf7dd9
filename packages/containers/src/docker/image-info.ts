import type { ImageInspect } from "@slipway/transport";
import type { ImageInfo } from "../backend/backend.ts";

/** The engine's description of an image in ours. */
export function imageInfo(image: ImageInspect): ImageInfo {
  const tagged = Date.parse((image as { Metadata?: { LastTagTime?: string } }).Metadata?.LastTagTime ?? "");
  return {
    id: image.Id,
    names: image.RepoTags ?? [],
    labels: image.Config?.Labels ?? {},
    created: new Date(image.Created),
    // An engine that never tagged it says the year 1.
    tagged: tagged > 0 ? new Date(tagged) : undefined,
    platform: `${image.Os}/${image.Architecture}${image.Variant ? `/${image.Variant}` : ""}`,
    size: image.Size,
  };
}
