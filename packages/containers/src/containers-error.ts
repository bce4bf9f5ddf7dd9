import { type Problem, SlipwayError, type SlipwayErrorOptions, summarize } from "@slipway/errors";

/** What can go wrong with containers run from code. */
export type ContainersErrorCode =
  | "CONTAINERS_BACKEND_NOT_AVAILABLE"
  | "CONTAINERS_BACKEND_REFUSED"
  | "CONTAINERS_NOT_SUPPORTED"
  | "CONTAINERS_IMAGE_OPTIONS"
  | "CONTAINERS_IMAGE_BUILD"
  | "CONTAINERS_IMAGE_BUILD_DOCKERFILE"
  | "CONTAINERS_IMAGE_PULL"
  | "CONTAINERS_IMAGE_MISSING"
  | "CONTAINERS_CONTAINER_OPTIONS"
  | "CONTAINERS_CONTAINER_CREATE"
  | "CONTAINERS_CONTAINER_START"
  | "CONTAINERS_CONTAINER_WAIT"
  | "CONTAINERS_CONTAINER_INSPECT"
  | "CONTAINERS_CONTAINER_STOP"
  | "CONTAINERS_CONTAINER_REMOVE"
  | "CONTAINERS_CONTAINER_EXEC"
  | "CONTAINERS_CONTAINER_COPY"
  | "CONTAINERS_CONTAINER_LOGS"
  | "CONTAINERS_CONTAINER_NOT_READY"
  | "CONTAINERS_EXIT_CODE"
  | "CONTAINERS_NETWORK"
  | "CONTAINERS_VOLUME"
  | "CONTAINERS_CLEAN";

/** An error of this package; recognise it by its code. */
export class ContainersError extends SlipwayError<ContainersErrorCode> {
  override readonly name: string = "ContainersError";

  /** One error that carries all problems; undefined when there is none. */
  static of(problems: readonly Problem<ContainersErrorCode>[]): ContainersError | undefined {
    const [first, ...rest] = problems;
    if (!first) return undefined;
    const { code, message, options } = summarize([first, ...rest]);
    return new ContainersError(code, message, options);
  }

  /** The failure of an operation. What is an error of this package, or an abort's, comes back as it is. */
  static from(error: unknown, code: ContainersErrorCode, doing: string, options?: { hint?: string }): unknown {
    // What a backend refuses is of the kind of what was being done.
    if (error instanceof ContainersError && error.code !== "CONTAINERS_BACKEND_REFUSED") return error;
    if (error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError")) return error;
    const { message, hint } = error as SlipwayErrorOptions & Error;
    return new ContainersError(code, `${doing}: ${message}`, { cause: error, hint: options?.hint ?? hint });
  }
}
