import { StiError } from "./sti-error.ts";
import type { StiEvent } from "./sti-event.ts";

/** Characters of output held for a reader before the oldest are let go. */
const holdAtMost = 16 * 1024 * 1024;

/** Events between a build and who iterates them: the build never waits for its reader, and holds a limited amount. */
export class EventQueue {
  #events: StiEvent[] = [];
  #held = 0;
  #dropped = 0;
  #taken = false;
  #left = false;
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  push(event: StiEvent): void {
    if (this.#left) return;
    this.#events.push(event);
    if (event.type === "log") {
      this.#held += event.data.length;
      // Down to half, so that the pass over the queue is paid once in a while and not for every event.
      if (this.#held > holdAtMost) this.#drop(holdAtMost / 2);
    }
    this.#wake?.();
  }

  end(failure: { readonly error?: unknown } = {}): void {
    this.#end = failure;
    this.#wake?.();
  }

  [Symbol.asyncIterator](): AsyncGenerator<StiEvent, void, void> {
    if (this.#taken) {
      throw new StiError("STI_EVENTS_TAKEN", "the events of a run can be iterated once", {
        hint: "iterate once and hand the events on",
      });
    }
    this.#taken = true;
    return this.#iterate();
  }

  async *#iterate(): AsyncGenerator<StiEvent, void, void> {
    try {
      for (;;) {
        const events = this.#events;
        const dropped = this.#dropped;
        this.#events = [];
        this.#held = 0;
        this.#dropped = 0;
        if (dropped > 0) {
          yield {
            type: "warning",
            message: `${dropped} characters of earlier output were let go, as nobody read them`,
          };
        }
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

  #drop(target: number): void {
    this.#events = this.#events.filter((event) => {
      if (event.type !== "log" || this.#held <= target) return true;
      this.#held -= event.data.length;
      this.#dropped += event.data.length;
      return false;
    });
  }
}
