import type { Api } from "./api.ts";
import { ReleaseError } from "./release-error.ts";
import { statusOf } from "./response-error.ts";

interface WhoAmI {
  readonly actorType?: string;
  readonly actorTypeId?: unknown;
  /** Of the user, in the answer to the older question. */
  readonly id?: unknown;
}

/**
 * The id of the user whose token it is.
 * @throws ReleaseError RELEASE_USER_NOT_FOUND for a token that is no user's
 */
export async function findUser(api: Api): Promise<number> {
  const doing = "asking whose token it is";
  const actor = await ifThere(api.other<WhoAmI>(doing, "/actor/v1/whoami"));
  if (actor?.actorType === "user" && typeof actor.actorTypeId === "number") return actor.actorTypeId;
  if (actor?.actorType) return unknown(`that of a ${actor.actorType}`);
  // APIs that don't know this question know an older one, or show each user to itself alone.
  const user = await ifThere(api.other<WhoAmI>(doing, "/user/v1/whoami"));
  if (typeof user?.id === "number") return user.id;
  const [only, ...others] = await api.list<{ id: number }>("user", {}, { $select: "id", $top: 2 });
  if (only && others.length === 0) return only.id;
  return unknown("nobody's that the API tells");
}

async function ifThere(answer: Promise<WhoAmI>): Promise<WhoAmI | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

function unknown(whose: string): never {
  throw new ReleaseError("RELEASE_USER_NOT_FOUND", `a release is made by a user, and the token is ${whose}`, {
    hint: "use a user's session token or API key, or say which user it is",
  });
}
