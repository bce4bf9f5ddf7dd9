/**
 * Wakes one waiter. A call that comes while nobody waits is remembered, so that whoever looks and then waits misses
 * nothing.
 */
export class Wakeup {
  #called = false;
  #failure: { readonly error: unknown } | undefined;
  #resume: (() => void) | undefined;

  /** Wakes the waiter, or the next one. */
  readonly call = (): void => {
    this.#called = true;
    this.#resume?.();
  };

  /** Makes this and each later wait reject. */
  readonly fail = (error: unknown): void => {
    this.#failure ??= { error };
    this.#resume?.();
  };

  /** Resolves after a call since the last wait; rejects after a failure, or with the reason of `signal`. */
  async wait(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (!this.#called && !this.#failure) {
      await new Promise<void>((resolve) => {
        this.#resume = resolve;
        signal?.addEventListener("abort", this.#abort, { once: true });
      }).finally(() => signal?.removeEventListener("abort", this.#abort));
      this.#resume = undefined;
    }
    signal?.throwIfAborted();
    if (this.#failure) throw this.#failure.error;
    this.#called = false;
  }

  readonly #abort = (): void => this.#resume?.();
}
