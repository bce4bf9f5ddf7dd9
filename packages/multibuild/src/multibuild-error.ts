import { type Problem, SlipwayError, summarize } from "@slipway/errors";

/** What can go wrong in building the services of a project, beside what goes wrong in one build. */
export type MultibuildErrorCode =
  /** A service's build context lies outside the project's folder, or is not a folder at all. */
  | "MULTIBUILD_CONTEXT_OUTSIDE"
  /** The archive has nothing at a service's build context. */
  | "MULTIBUILD_CONTEXT_EMPTY"
  /** A service or the archive asks for something that these builds cannot do. */
  | "MULTIBUILD_UNSUPPORTED"
  /** A service has neither an image nor a build. */
  | "MULTIBUILD_NO_IMAGE"
  /** A service's `image`, or the name that it has without, is no image's name. */
  | "MULTIBUILD_BAD_IMAGE"
  /** The project has no service of that name. */
  | "MULTIBUILD_UNKNOWN_SERVICE"
  /** The Dockerfiles of several services cannot be resolved. */
  | "MULTIBUILD_UNRESOLVED"
  /** A task has not been resolved yet, or its files were used up or let go of before. */
  | "MULTIBUILD_TASK_NOT_READY"
  /** A service was not built, since another one failed before. */
  | "MULTIBUILD_NOT_RUN"
  /** The folder `.balena` or `.resin`, or registry secrets given, are not as they should be. */
  | "MULTIBUILD_BAD_METADATA"
  /** A service's contract is not as it should be, or not the only one. */
  | "MULTIBUILD_BAD_CONTRACT"
  /** A service's programs are of an architecture that neither the engine runs nor an emulator that was found. */
  | "MULTIBUILD_NO_EMULATION"
  /** Services are built on each other's images in a circle. */
  | "MULTIBUILD_CYCLE"
  /** An image is not there for the platform that it is wanted for. */
  | "MULTIBUILD_NO_PLATFORM"
  /** A service took longer than it may. */
  | "MULTIBUILD_TIMED_OUT";

/** Services that cannot be built. */
export class MultibuildError extends SlipwayError<MultibuildErrorCode> {
  override readonly name: string = "MultibuildError";

  /** Throws one error for all problems, if there are any. */
  static throwAll(problems: readonly Problem<MultibuildErrorCode>[]): void {
    const [first, ...more] = problems;
    if (!first) return;
    const { code, message, options } = summarize([first, ...more]);
    throw new MultibuildError(code, message, options);
  }
}
