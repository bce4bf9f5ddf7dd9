/** Hands values from several senders to one reader; a sender waits while `capacity` values lie unread. */
export class Channel<T> {
  readonly #capacity: number;
  readonly #values: T[] = [];
  #ended: { readonly error?: unknown } | undefined;
  #wakeReader: (() => void) | undefined;
  #wakeSenders: (() => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Resolves once there is room again; at once after the end, when nobody reads any more. */
  async send(value: T): Promise<void> {
    if (this.#ended) return;
    this.#values.push(value);
    this.#wakeReader?.();
    if (this.#values.length >= this.#capacity) await new Promise<void>((resolve) => this.#wakeSenders.push(resolve));
  }

  /** Ends the reading: after what was sent by then, or with `failure`'s error at once. */
  end(failure: { readonly error?: unknown } = {}): void {
    this.#ended ??= failure;
    if ("error" in this.#ended) this.#values.length = 0;
    this.#wakeReader?.();
    this.#release();
  }

  /** The values as they come. */
  async *read(): AsyncGenerator<T> {
    for (;;) {
      while (this.#values.length > 0) {
        yield this.#values.shift() as T;
        if (this.#values.length < this.#capacity) this.#release();
      }
      if (this.#ended) break;
      await new Promise<void>((resolve) => (this.#wakeReader = resolve));
    }
    if ("error" in this.#ended) throw this.#ended.error;
  }

  #release(): void {
    for (const resolve of this.#wakeSenders.splice(0)) resolve();
  }
}
