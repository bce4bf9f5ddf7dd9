import type { Api } from "./api.ts";
import { ReleaseError } from "./release-error.ts";

interface WhoAmI {
  readonly actorType?: string;
  readonly actorTypeId?: unknown;
}

/**
 * The id of the user whose token it is.
 * @throws ReleaseError RELEASE_USER_NOT_FOUND for a token that is no user's
 */
export async function findUser(api: Api): Promise<number> {
  const { actorType, actorTypeId } = await api.other<WhoAmI>("asking whose token it is", "/actor/v1/whoami");
  if (actorType === "user" && typeof actorTypeId === "number") return actorTypeId;
  const whose = actorType ? `that of a ${actorType}` : "nobody's";
  throw new ReleaseError("RELEASE_USER_NOT_FOUND", `a release is made by a user, and the token is ${whose}`, {
    hint: "use a user's session token or API key, or say which user it is",
  });
}
