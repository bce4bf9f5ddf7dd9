import { isSlipwayError } from "@slipway/errors";
import { parseReference } from "@slipway/transport/reference";

/** An image's name in full, so that `web` and `docker.io/library/web:latest` are one. */
export function imageKey(name: string): string {
  try {
    const { domain, path, tag, digest } = parseReference(name);
    return `${domain}/${path}${digest === undefined ? `:${tag ?? "latest"}` : `@${digest}`}`;
  } catch (error) {
    // A name that is none is the build's to tell of.
    if (isSlipwayError(error)) return name;
    throw error;
  }
}
