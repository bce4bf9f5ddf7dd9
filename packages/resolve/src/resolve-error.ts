import { SlipwayError } from "@slipway/errors";

/** What can go wrong in finding a bundle's Dockerfile; a template's own errors are the dockerfile package's. */
export type ResolveErrorCode = "RESOLVE_NO_DOCKERFILE";

/** A bundle without the Dockerfile that was looked for. */
export class ResolveError extends SlipwayError<ResolveErrorCode> {
  override readonly name: string = "ResolveError";
}
