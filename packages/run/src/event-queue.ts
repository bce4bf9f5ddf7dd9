import { RunError } from "./run-error.ts";

/** How much is held for a reader who doesn't come, for events that carry much. */
export interface HoldLimit<Event> {
  /** What all held events may weigh together. */
  readonly limit: number;
  /** What an event weighs: characters of output, say. One that weighs nothing is never let go. */
  weigh(event: Event): number;
  /** The event that tells the reader that so much was let go. */
  letGo(weight: number): Event;
}

/**
 * Events between who makes them, at his own pace, and one reader. What isn't read yet is held; beyond a limit, where one is
 * given, the oldest events that weigh something make way for one that says so.
 */
export class EventQueue<Event> implements AsyncIterable<Event> {
  readonly #hold: HoldLimit<Event> | undefined;
  #events: Event[] = [];
  #weight = 0;
  #letGo = 0;
  #taken = false;
  #left = false;
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(hold?: HoldLimit<Event>) {
    this.#hold = hold;
  }

  push(event: Event): void {
    if (this.#end || this.#left) return;
    this.#events.push(event);
    if (this.#hold) {
      this.#weight += this.#hold.weigh(event);
      // Down to half, so that the pass over the queue is paid once in a while and not for every event.
      if (this.#weight > this.#hold.limit) this.#lighten(this.#hold, this.#hold.limit / 2);
    }
    this.#wake?.();
  }

  /** No more events; the iteration ends once all are read, with `error` thrown if given. */
  end(failure: { readonly error?: unknown } = {}): void {
    this.#end ??= failure;
    this.#wake?.();
  }

  /** @throws RunError RUN_EVENTS_TAKEN the second time */
  [Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    if (this.#taken) {
      const hint = "iterate once and hand the events on";
      throw new RunError("RUN_EVENTS_TAKEN", "the events of a run can be iterated once", { hint });
    }
    this.#taken = true;
    return this.#iterate();
  }

  async *#iterate(): AsyncGenerator<Event, void, undefined> {
    try {
      while (true) {
        const events = this.#events;
        const letGo = this.#letGo;
        this.#events = [];
        this.#weight = 0;
        this.#letGo = 0;
        if (letGo > 0 && this.#hold) yield this.#hold.letGo(letGo);
        yield* events;
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

  #lighten(hold: HoldLimit<Event>, target: number): void {
    this.#events = this.#events.filter((event) => {
      if (this.#weight <= target) return true;
      const weight = hold.weigh(event);
      this.#weight -= weight;
      this.#letGo += weight;
      return weight === 0;
    });
  }
}
