import { type Problem, SlipwayError, summarize } from "@slipway/errors";

/** What can be wrong with an emulated build. */
export type EmulateErrorCode =
  /** An option is missing, or has a value that it cannot have. */
  | "EMULATE_BAD_OPTION"
  /** The Dockerfile has an instruction that cannot run under an emulator. */
  | "EMULATE_NOT_TRANSPOSABLE"
  /** The context has no such Dockerfile. */
  | "EMULATE_NO_DOCKERFILE"
  /** The Dockerfile is no text that can be changed. */
  | "EMULATE_BAD_DOCKERFILE"
  /** The emulator is not there, or is not the one that it should be. */
  | "EMULATE_NO_EMULATOR"
  /** No emulator is known for the platform. */
  | "EMULATE_UNKNOWN_PLATFORM"
  /** The engine cannot say or do what was asked for. */
  | "EMULATE_ENGINE_REFUSED";

/** What stands in the way of an emulated build. */
export class EmulateError extends SlipwayError<EmulateErrorCode> {
  override readonly name: string = "EmulateError";

  /** Throws one error for all problems, if there are any. */
  static throwAll(problems: readonly Problem<EmulateErrorCode>[]): void {
    const [first, ...more] = problems;
    if (!first) return;
    const { code, message, options } = summarize([first, ...more]);
    throw new EmulateError(code, message, options);
  }
}
