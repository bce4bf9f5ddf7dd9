import type { RegistryAuth } from "../registry-auth.ts";

/** The header that carries a registry's credentials; an empty one where there are none, since some engines need one. */
export function authHeader(auth: RegistryAuth | undefined): Record<string, string> {
  // Base64 for URLs, but padded.
  const encoded = Buffer.from(JSON.stringify(auth ?? {})).toString("base64");
  return { "X-Registry-Auth": encoded.replaceAll("+", "-").replaceAll("/", "_") };
}
