import { type Problem, SlipwayError, type SlipwayErrorOptions, summarize } from "@slipway/errors";

/** What can go wrong between source and image. */
export type StiErrorCode =
  /** No engine answers. */
  | "STI_DOCKER_CONNECTION_FAILED"
  | "STI_NO_SUCH_BASE_IMAGE"
  | "STI_NO_SUCH_RUNTIME_IMAGE"
  | "STI_PULL_IMAGE_FAILED"
  /** The previous image's save-artifacts script failed. */
  | "STI_SAVE_ARTIFACTS_FAILED"
  /** No Dockerfile can say what was asked for, or it cannot be written. */
  | "STI_CREATE_DOCKERFILE_FAILED"
  | "STI_CREATE_CONTAINER_FAILED"
  | "STI_INVALID_BUILD_METHOD"
  /** The prepare script, or the build around it, failed. */
  | "STI_BUILD_FAILED"
  | "STI_COMMIT_CONTAINER_FAILED"
  /** A field of the request has a value that it cannot have. */
  | "STI_BAD_REQUEST"
  /** The source is not there, or is none. */
  | "STI_BAD_SOURCE"
  /** git could not get the source. */
  | "STI_GIT_FAILED"
  /** Saved artifacts hold what no build is given: paths or links that lead out, devices. */
  | "STI_BAD_ARTIFACTS"
  /** An image is not usable as a builder or runtime image. */
  | "STI_INVALID_IMAGE"
  /** An image has none of the scripts that it must have. */
  | "STI_NO_SUCH_SCRIPT"
  /** A script ran for longer than it may. */
  | "STI_TIMED_OUT"
  /** The script's user is none of those that are allowed. */
  | "STI_USER_NOT_ALLOWED"
  /** The engine or the builder image cannot do what was asked for. */
  | "STI_NOT_SUPPORTED"
  /** An image says nothing of how it was built. */
  | "STI_NO_LABELS";

/** What a {@link StiError} may carry besides its code and message. */
export interface StiErrorOptions extends SlipwayErrorOptions<StiErrorCode> {
  readonly image?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly output?: readonly string[] | undefined;
}

/** An error of this package; recognise it by its code. */
export class StiError extends SlipwayError<StiErrorCode> {
  override readonly name: string = "StiError";
  /** The image at fault, where it is one. */
  readonly image: string | undefined;
  /** What a script exited with. */
  readonly exitCode: number | undefined;
  /** The last lines that a script printed, at most 20. */
  readonly output: readonly string[];

  constructor(code: StiErrorCode, message: string, options: StiErrorOptions = {}) {
    super(code, message, options);
    this.image = options.image;
    this.exitCode = options.exitCode;
    this.output = options.output ?? [];
  }

  /** One error that carries all problems; undefined when there is none. */
  static of(problems: readonly Problem<StiErrorCode>[]): StiError | undefined {
    const [first, ...rest] = problems;
    if (!first) return undefined;
    const { code, message, options } = summarize([first, ...rest]);
    return new StiError(code, message, options);
  }
}
