import { type Problem, SlipwayError, summarize } from "@slipway/errors";

/** What can go wrong in recording a release. */
export type ReleaseErrorCode =
  /** The API refused the token, or wants one. */
  | "RELEASE_UNAUTHORISED"
  /** The token is right, and its owner may not do this. */
  | "RELEASE_FORBIDDEN"
  /** The API refused what was sent, and says why. */
  | "RELEASE_BAD_REQUEST"
  /** What was to be made exists already. */
  | "RELEASE_CONFLICT"
  /** The API has no such thing. */
  | "RELEASE_NOT_FOUND"
  /** Too many requests; it was tried several times. */
  | "RELEASE_RATE_LIMITED"
  /** The API failed; it was tried several times. */
  | "RELEASE_SERVER"
  /** Nothing answered, or not in time; it was tried several times. */
  | "RELEASE_UNREACHABLE"
  /** The API answered with something that isn't expected here. */
  | "RELEASE_BAD_ANSWER"
  | "RELEASE_USER_NOT_FOUND"
  | "RELEASE_APPLICATION_NOT_FOUND"
  /** What was given here is not as it should be; nothing has been sent. */
  | "RELEASE_BAD_VALUE"
  /** Some of the project's images could not be built. */
  | "RELEASE_BUILD_FAILED"
  /** An image could not be pushed. */
  | "RELEASE_PUSH_FAILED";

/** A release that cannot be recorded. */
export class ReleaseError extends SlipwayError<ReleaseErrorCode> {
  override readonly name: string = "ReleaseError";

  /** Throws one error for all problems, if there are any. */
  static throwAll(problems: readonly Problem<ReleaseErrorCode>[]): void {
    const [first, ...more] = problems;
    if (!first) return;
    const { code, message, options } = summarize([first, ...more]);
    throw new ReleaseError(code, message, options);
  }
}
