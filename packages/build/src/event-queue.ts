import type { BuildEvent } from "./build-event.ts";
import { BuildError } from "./build-error.ts";

/** Characters of log data held for a reader before the oldest are let go. */
const holdAtMost = 16 * 1024 * 1024;

/**
 * The events of one build between the engine and who iterates them. A build goes at the engine's pace, not at its
 * reader's: what is not read yet is held, up to a limit for logs, beyond which the oldest logs make way for a warning.
 */
export class EventQueue implements AsyncIterable<BuildEvent> {
  #events: BuildEvent[] = [];
  #held = 0;
  #dropped = 0;
  #taken = false;
  #left = false;
  #end: { error?: unknown } | undefined;
  #wake: (() => void) | undefined;
  readonly #limit: number;

  constructor(limit: number = holdAtMost) {
    this.#limit = limit;
  }

  push(event: BuildEvent): void {
    if (this.#left) return;
    this.#events.push(event);
    if (event.type === "log") {
      this.#held += event.data.length;
      // Down to half, so that the pass over the queue is paid once in a while and not for every event.
      if (this.#held > this.#limit) this.#dropLogs(this.#limit / 2);
    }
    this.#wake?.();
  }

  /** No more events; the iteration ends, with `error` thrown if given. */
  end(failure?: { error: unknown }): void {
    this.#end = failure ?? {};
    this.#wake?.();
  }

  [Symbol.asyncIterator](): AsyncGenerator<BuildEvent, void, void> {
    if (this.#taken) {
      throw new BuildError("BUILD_EVENTS_TAKEN", "the events of a build can be iterated once", {
        hint: "iterate once and hand the events on",
      });
    }
    this.#taken = true;
    return this.#iterate();
  }

  async *#iterate(): AsyncGenerator<BuildEvent, void, void> {
    try {
      yield* this.#batches();
    } finally {
      this.#left = true;
      this.#events = [];
    }
  }

  async *#batches(): AsyncGenerator<BuildEvent, void, void> {
    while (true) {
      const batch = this.#events;
      const dropped = this.#dropped;
      this.#events = [];
      this.#held = 0;
      this.#dropped = 0;
      if (dropped > 0) {
        yield { type: "warning", message: `${dropped} characters of earlier output were let go, as nobody read them` };
      }
      yield* batch;
      if (this.#events.length > 0) continue;
      if (this.#end) {
        if ("error" in this.#end) throw this.#end.error;
        return;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = undefined;
    }
  }

  #dropLogs(target: number): void {
    this.#events = this.#events.filter((event) => {
      if (event.type !== "log" || this.#held <= target) return true;
      this.#held -= event.data.length;
      this.#dropped += event.data.length;
      return false;
    });
  }
}
