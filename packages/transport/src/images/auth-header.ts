import type { RegistryAuth } from "../registry-auth.ts";

/** The header that carries a registry's credentials; an empty one where there are none, since some engines need one. */
export function authHeader(auth: RegistryAuth | undefined): Record<string, string> {
  return { "X-Registry-Auth": encodeForHeader(auth ?? {}) };
}

/** An object as the engine reads it in a header: base64 for URLs, but padded. */
export function encodeForHeader(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
