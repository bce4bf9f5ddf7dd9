import type { Api } from "./api.ts";
import { ReleaseError } from "./release-error.ts";
import type { Application, Image, Reference, Release } from "./resources.ts";

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
 * @throws ReleaseError RELEASE_CONFLICT where it is successful, as a commit has one success only
 */
export async function existingRelease(
  api: Api,
  { id: application }: Application,
  commit: string,
  services: readonly string[],
): Promise<ExistingRelease | undefined> {
  const found = await api.list<Release & { belongs_to__application: Reference }>(
    "release",
    { belongs_to__application: application, commit },
    { $orderby: "id desc", $select: releaseFields },
  );
  const release = found.find(({ status }) => status === "success") ?? found[0];
  if (!release) return undefined;
  const parts = await api.list<Part>(
    "image__is_part_of__release",
    { is_part_of__release: release.id },
    { $expand: { image: { $select: imageFields, $expand: { is_a_build_of__service: { $select: "service_name" } } } } },
  );
  const images = new Map(parts.map(({ image: [image] }) => [image.is_a_build_of__service[0].service_name, image]));
  const isSame = images.size === services.length && services.every((service) => images.has(service));
  if (isSame) return { release, images };
  if (release.status !== "success") return undefined;
  const had = [...images.keys()].join(", ");
  throw new ReleaseError("RELEASE_CONFLICT", `release ${release.id} of commit ${commit} has other services: ${had}`, {
    hint: "deploy it as another commit",
  });
}

// Without logs, which may be long.
const imageFields = ["id", "status", "is_stored_at__image_location", "content_hash"];
const releaseFields = ["id", "commit", "status", "semver", "raw_version", "is_final"];
