import type { Problem } from "@slipway/errors";
import { sizeInBytes } from "./byte-size.ts";
import { durationInNanoseconds } from "./duration.ts";
import type { UpErrorCode } from "./up-error.ts";

/** Reads the values of one service and collects what is wrong with them, so that all mistakes are told at once. */
export class ValueReader {
  readonly problems: Problem<UpErrorCode>[] = [];
  readonly #service: string;

  constructor(service: string) {
    this.#service = service;
  }

  /** Nanoseconds of a duration. */
  nanoseconds(field: string, value: string | undefined | null): number | undefined {
    if (value === undefined || value === null) return undefined;
    return durationInNanoseconds(value) ?? this.#invalid(field, value, "a duration such as `1m30s`");
  }

  /** Bytes of a size. */
  bytes(field: string, value: string | number | undefined | null): number | undefined {
    if (value === undefined || value === null) return undefined;
    return sizeInBytes(value) ?? this.#invalid(field, value, "a size such as `64m`");
  }

  /** A number, also one written as text. */
  number(field: string, value: string | number | undefined | null): number | undefined {
    if (value === undefined || value === null) return undefined;
    const number = value === "" ? Number.NaN : Number(value);
    return Number.isFinite(number) ? number : this.#invalid(field, value, "a number");
  }

  /** Notes that `value` is not what was `expected`. */
  #invalid(field: string, value: unknown, expected: string): undefined {
    this.problems.push({
      code: "UP_INVALID_VALUE",
      message: `service ${this.#service}: ${field} is ${JSON.stringify(value)}, expected ${expected}`,
      path: `services.${this.#service}.${field}`,
    });
  }
}
