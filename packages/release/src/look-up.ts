import { Api, type RequestOptions } from "./api.ts";
import { type Access, clientOfAccess } from "./change.ts";
import { findFleet } from "./find-fleet.ts";
import { findUser } from "./find-user.ts";
import { ReleaseError } from "./release-error.ts";
import type { Application, Release } from "./resources.ts";

/** A fleet, by its id, its slug `organisation/fleet`, or its name. @throws ReleaseError RELEASE_APPLICATION_NOT_FOUND */
export async function fleetOf(
  access: Access,
  fleet: string | number,
  options: RequestOptions = {},
): Promise<Application> {
  return findFleet(new Api(clientOfAccess(access), options), fleet);
}

/** The id of the user whose token it is. @throws ReleaseError RELEASE_USER_NOT_FOUND where it is no user's */
export async function userOf(access: Access, options: RequestOptions = {}): Promise<number> {
  return findUser(new Api(clientOfAccess(access), options));
}

/** A release, by its id. @throws ReleaseError RELEASE_NOT_FOUND */
export async function releaseOf(access: Access, id: number, options: RequestOptions = {}): Promise<Release> {
  const found = await new Api(clientOfAccess(access), options).find<Release>("release", id, { $select: fields });
  if (found) return found;
  throw new ReleaseError("RELEASE_NOT_FOUND", `the API knows no release ${id}`, {
    hint: "check the id; the API answers the same where the token is missing or may not see it",
  });
}

/** The latest releases of a fleet, the newest first. @param fleet its id */
export async function listReleases(
  access: Access,
  fleet: number,
  { limit = 20, ...options }: RequestOptions & { readonly limit?: number | undefined } = {},
): Promise<Release[]> {
  const wanted = { $orderby: "id desc", $top: limit, $select: fields };
  return new Api(clientOfAccess(access), options).list("release", { belongs_to__application: fleet }, wanted);
}

// A composition may be large, and isn't asked for.
const fields = ["id", "commit", "status", "semver", "raw_version", "is_final", "note", "created_at", "end_timestamp"];
