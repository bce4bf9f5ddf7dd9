import { type Problem, SlipwayError, type SlipwayErrorOptions, summarize } from "@slipway/errors";

/** What can go wrong in a build. */
export type BuildErrorCode =
  /** A step ended with a failure; `step`, `exitCode` and `output` say more. */
  | "BUILD_FAILED"
  /** `COPY` or `ADD` names a file that the context does not have. */
  | "BUILD_SOURCE_NOT_FOUND"
  /** The Dockerfile is malformed. */
  | "BUILD_BAD_DOCKERFILE"
  /** The context has no Dockerfile of that name. */
  | "BUILD_NO_DOCKERFILE"
  /** A base image is neither on the engine nor to be had from its registry. */
  | "BUILD_NO_BASE_IMAGE"
  /** A step needs a secret or an ssh agent that was not given. */
  | "BUILD_NO_SECRET"
  /** The Dockerfile has no stage of that name or number. */
  | "BUILD_NO_STAGE"
  /** The context is not a tar archive, or a damaged one. */
  | "BUILD_BAD_CONTEXT"
  /** An unknown option, or a value that it cannot have. */
  | "BUILD_BAD_OPTION"
  /** BuildKit is asked for, or needed by the Dockerfile, and the engine or the chosen builder is not it. */
  | "BUILD_NEEDS_BUILDKIT"
  /** The options or the Dockerfile ask for what this engine's builder cannot do. */
  | "BUILD_NOT_SUPPORTED"
  /** The engine's answer ended before the build did, or is none that a builder gives. */
  | "BUILD_BROKEN_STREAM";

/** What a {@link BuildError} may carry besides its code and message. */
export interface BuildErrorOptions extends SlipwayErrorOptions<BuildErrorCode> {
  readonly step?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly output?: readonly string[] | undefined;
}

/** A build that did not give an image. */
export class BuildError extends SlipwayError<BuildErrorCode> {
  override readonly name: string = "BuildError";
  /** The step that failed, as in its events: `[2/3] RUN make`. */
  readonly step: string | undefined;
  /** What the step's command exited with. */
  readonly exitCode: number | undefined;
  /** The last lines that the step printed, stdout and stderr as they came, without line ends; at most 20. */
  readonly output: readonly string[];

  constructor(code: BuildErrorCode, message: string, options: BuildErrorOptions = {}) {
    super(code, message, options);
    this.step = options.step;
    this.exitCode = options.exitCode;
    this.output = options.output ?? [];
  }

  /** One error for all problems of an input. */
  static ofProblems(problems: readonly [Problem<BuildErrorCode>, ...Problem<BuildErrorCode>[]]): BuildError {
    const { code, message, options } = summarize(problems);
    return new BuildError(code, message, options);
  }
}
