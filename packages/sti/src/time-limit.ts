import { StiError } from "./sti-error.ts";

/** The most that a timer takes: three weeks and a half. */
const longest = 2 ** 31 - 1;

/** A request's signal, together with the longest that a script may run from its beginning on. */
export class TimeLimit {
  readonly signal: AbortSignal | undefined;
  readonly #outer: AbortSignal | undefined;
  readonly #limit: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #milliseconds: number | undefined;

  constructor(signal: AbortSignal | undefined, milliseconds: number | undefined) {
    this.#outer = signal;
    this.#milliseconds = milliseconds;
    this.#limit = milliseconds === undefined ? undefined : new AbortController();
    const signals = [signal, this.#limit?.signal].filter((one) => one !== undefined);
    this.signal = signals.length > 1 ? AbortSignal.any(signals) : signals[0];
  }

  /** The script begins. */
  begin(): void {
    if (this.#limit) this.#timer ??= setTimeout(() => this.#limit?.abort(), Math.min(this.#milliseconds ?? 0, longest));
  }

  /** What an error means: the caller's abort, the limit, or itself. */
  explain(error: unknown, script: string, image: string): unknown {
    if (this.#outer?.aborted) return this.#outer.reason;
    if (!this.#limit?.signal.aborted) return error;
    return new StiError("STI_TIMED_OUT", `${script} of ${image} ran for longer than ${this.#milliseconds} ms`, {
      image,
      hint: "does it wait for something? give it more time with scriptTimeoutMs, or mend it",
    });
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
