import { type Problem, SlipwayError, summarize } from "@slipway/errors";

/** What can be wrong with a Dockerfile or a template. */
export type DockerfileErrorCode =
  | "DOCKERFILE_UNKNOWN_VARIABLE"
  | "DOCKERFILE_UNKNOWN_INSTRUCTION"
  | "DOCKERFILE_UNKNOWN_FLAG"
  | "DOCKERFILE_BAD_ARGUMENTS"
  | "DOCKERFILE_BAD_DIRECTIVE"
  | "DOCKERFILE_BAD_EXPANSION"
  | "DOCKERFILE_UNTERMINATED_HEREDOC"
  | "DOCKERFILE_NO_STAGE"
  | "DOCKERFILE_BAD_STAGE"
  | "DOCKERFILE_CONFLICTING_EDITS";

/** Everything wrong in one Dockerfile. */
export class DockerfileError extends SlipwayError<DockerfileErrorCode> {
  override readonly name: string = "DockerfileError";

  /** Throws one error for all problems, if there are any. */
  static throwAll(problems: readonly Problem<DockerfileErrorCode>[]): void {
    const [first, ...more] = problems;
    if (!first) return;
    const { code, message, options } = summarize([first, ...more]);
    throw new DockerfileError(code, message, options);
  }
}
