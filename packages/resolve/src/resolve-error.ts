import { SlipwayError } from "@slipway/errors";

/** What can be wrong with a project bundle. */
export type ResolveErrorCode =
  /** No resolver found a file that it can make a Dockerfile from. */
  | "RESOLVE_NO_DOCKERFILE"
  /** The path given for the Dockerfile leads out of the bundle, or through a link that leads nowhere. */
  | "RESOLVE_BAD_PATH"
  /** A resolver or a hook did not keep to its contract. */
  | "RESOLVE_BAD_RESOLVER";

/** A bundle that cannot be turned into a buildable one. */
export class ResolveError extends SlipwayError<ResolveErrorCode> {
  override readonly name: string = "ResolveError";
}
