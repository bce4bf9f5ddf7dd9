import { MultibuildError } from "./multibuild-error.ts";

/** Events pushed by several producers, for one reader, in order. What is not read yet is held. */
export class EventQueue<Event> implements AsyncIterable<Event> {
  #events: Event[] = [];
  #wake: (() => void) | undefined;
  #end: { error?: unknown } | undefined;
  #taken = false;
  #left = false;

  push(event: Event): void {
    if (this.#end || this.#left) return;
    this.#events.push(event);
    this.#wake?.();
  }

  /** No more events; the iteration ends once all are read, with `error` thrown if given. */
  end(failure: { error?: unknown } = {}): void {
    this.#end ??= failure;
    this.#wake?.();
  }

  [Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    if (this.#taken) {
      throw new MultibuildError("MULTIBUILD_EVENTS_TAKEN", "the events of a project's build can be iterated once", {
        hint: "iterate once and hand the events on",
      });
    }
    this.#taken = true;
    return this.#iterate();
  }

  async *#iterate(): AsyncGenerator<Event, void, undefined> {
    try {
      while (true) {
        const batch = this.#events;
        this.#events = [];
        yield* batch;
        if (this.#events.length > 0) continue;
        if (this.#end) break;
        await new Promise<void>((resolve) => (this.#wake = resolve));
        this.#wake = undefined;
      }
      if ("error" in this.#end) throw this.#end.error;
    } finally {
      this.#left = true;
      this.#events = [];
    }
  }
}
