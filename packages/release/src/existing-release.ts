import type { Api } from "./api.ts";
import type { Image, Reference, Release } from "./resources.ts";

/** A release that an earlier deploy of the same commit has made, with its images by service. */
export interface ExistingRelease {
  readonly release: Release;
  readonly images: ReadonlyMap<string, Image>;
}

interface Part {
  readonly image: readonly [Image & { readonly is_a_build_of__service: readonly [{ readonly service_name: string }] }];
}

/**
 * The release of a fleet for a commit that a deploy can go on with: the successful one, or else the newest. One of other
 * services than these isn't gone on with.
 */
export async function existingRelease(
  api: Api,
  application: number,
  commit: string,
  services: readonly string[],
): Promise<ExistingRelease | undefined> {
  const found = await api.list<Release & { belongs_to__application: Reference }>(
    "release",
    { belongs_to__application: application, commit },
    { $orderby: "id desc" },
  );
  const release = found.find(({ status }) => status === "success") ?? found[0];
  if (!release) return undefined;
  const parts = await api.list<Part>(
    "image__is_part_of__release",
    { is_part_of__release: release.id },
    { $expand: { image: { $expand: { is_a_build_of__service: { $select: "service_name" } } } } },
  );
  const images = new Map(parts.map(({ image: [image] }) => [image.is_a_build_of__service[0].service_name, image]));
  const isSame = images.size === services.length && services.every((service) => images.has(service));
  return isSame ? { release, images } : undefined;
}
