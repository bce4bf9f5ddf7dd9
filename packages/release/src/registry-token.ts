import { parseReference } from "@slipway/transport";
import type { Api } from "./api.ts";
import { ReleaseError } from "./release-error.ts";

/** A token of the API's registry for one repository: to push to it, and to read what is there already. */
export async function registryToken(api: Api, location: string): Promise<string> {
  const { domain, path } = parseReference(location);
  const query = new URLSearchParams({ service: domain, scope: `repository:${path}:pull,push` });
  const doing = `asking for access to ${location}`;
  const answer = await api.other<{ token?: unknown }>(doing, `/auth/v1/token?${query.toString()}`);
  if (typeof answer?.token === "string" && answer.token !== "") return answer.token;
  throw new ReleaseError("RELEASE_BAD_ANSWER", `${doing}: the API's answer has no token`);
}
