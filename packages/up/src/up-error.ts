import { type Problem, SlipwayError, type SlipwayErrorOptions, summarize } from "@slipway/errors";

/** What can go wrong when a composition is run. */
export type UpErrorCode =
  | "UP_UNSUPPORTED_FIELD"
  | "UP_INVALID_VALUE"
  | "UP_UNKNOWN_SERVICE"
  | "UP_IMAGE_MISSING"
  | "UP_NETWORK_MISSING"
  | "UP_VOLUME_MISSING"
  | "UP_FOREIGN_RESOURCE"
  | "UP_RESOURCE_CHANGED"
  | "UP_NAME_IN_USE"
  | "UP_PORT_IN_USE"
  | "UP_CONTAINER_FAILED"
  | "UP_CONTAINER_EXITED"
  | "UP_DEPENDENCY_FAILED"
  | "UP_DEPENDENCY_UNHEALTHY";

/** Options of an {@link UpError}. */
export interface UpErrorOptions extends SlipwayErrorOptions<UpErrorCode> {
  /** The service at fault, where it is one. */
  readonly service?: string | undefined;
}

/** An error of this package; recognise it by its code. */
export class UpError extends SlipwayError<UpErrorCode> {
  override readonly name: string = "UpError";
  /** The service at fault, where it is one. */
  readonly service: string | undefined;

  constructor(code: UpErrorCode, message: string, options: UpErrorOptions = {}) {
    super(code, message, options);
    this.service = options.service;
  }

  /** One error that carries all problems; undefined when there is none. */
  static of(problems: readonly Problem<UpErrorCode>[]): UpError | undefined {
    const [first, ...rest] = problems;
    if (!first) return undefined;
    const { code, message, options } = summarize([first, ...rest]);
    return new UpError(code, message, options);
  }
}
