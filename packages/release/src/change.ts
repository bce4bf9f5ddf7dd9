import { Api, type RequestOptions } from "./api.ts";
import { type ApiAccess, clientOf } from "./create.ts";
import { type Assignments, readAssignments } from "./assignments.ts";
import type { ApiClient } from "./api-client.ts";
import { ReleaseError } from "./release-error.ts";
import type { ImageChange, ReleaseChange, ReleaseImage } from "./resources.ts";

/** The API: a client, or what makes one. */
export type Access = ApiClient | ApiAccess;

/** Changes a release. The API answers a missing id with success: nothing tells it apart. */
export async function updateRelease(
  access: Access,
  id: number,
  body: ReleaseChange,
  options: RequestOptions = {},
): Promise<void> {
  await api(access, options).patch("release", id, { ...body });
}

/** Changes an image. For `success` the API wants a `push_timestamp` too. */
export async function updateImage(
  access: Access,
  id: number,
  body: ImageChange,
  options: RequestOptions = {},
): Promise<void> {
  await api(access, options).patch("image", id, { ...body });
}

/** Makes a draft final. */
export async function finalize(access: Access, release: number, options: RequestOptions = {}): Promise<void> {
  await updateRelease(access, release, { is_final: true }, options);
}

/** Marks a release failed. */
export async function fail(access: Access, release: number, options: RequestOptions = {}): Promise<void> {
  await updateRelease(access, release, { status: "failed", end_timestamp: new Date() }, options);
}

/** Tags a release; a tag that it has already gets the new value. */
export async function tag(
  access: Access,
  release: number,
  tags: Readonly<Record<string, string | number | boolean>>,
  options: RequestOptions = {},
): Promise<void> {
  const requests = api(access, options);
  await Promise.all(
    readAssignments(tags).map(([tag_key, value]) => setValue(requests, "release_tag", { release, tag_key }, value)),
  );
}

/**
 * Hangs labels on an image of a release; one that it has already gets the new value.
 * @throws ReleaseError RELEASE_NOT_FOUND where the image is no part of the release
 */
export async function addLabels(
  access: Access,
  { release, image }: { readonly release: number; readonly image: number },
  labels: Assignments,
  options: RequestOptions = {},
): Promise<void> {
  const requests = api(access, options);
  const [part] = await requests.list<ReleaseImage>(
    "image__is_part_of__release",
    { is_part_of__release: release, image },
    { $select: "id" },
  );
  if (!part) throw new ReleaseError("RELEASE_NOT_FOUND", `image ${image} is no part of release ${release}`);
  await Promise.all(
    readAssignments(labels).map(([label_name, value]) =>
      setValue(requests, "image_label", { release_image: part.id, label_name }, value),
    ),
  );
}

async function setValue(
  requests: Api,
  resource: string,
  key: Readonly<Record<string, string | number>>,
  value: string,
): Promise<void> {
  const made = await requests.create<{ id: number; value?: string }>(resource, { ...key, value }, { ...key });
  if (made.value !== undefined && made.value !== value) await requests.patch(resource, made.id, { value });
}

/** The client that an access means. */
export function clientOfAccess(access: Access): ApiClient {
  return "apiPrefix" in access ? access : clientOf(access);
}

function api(access: Access, options: RequestOptions): Api {
  return new Api(clientOfAccess(access), options);
}
