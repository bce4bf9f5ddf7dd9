import { EventQueue } from "./event-queue.ts";
import type { Emit, StiEvent } from "./sti-event.ts";

/**
 * An operation under way. It goes on whether its events are read or not; they can be iterated once, from the first on.
 * Both the iteration and `result` end with its error; leaving the iteration early ends neither.
 */
export interface StiRun<Result> extends AsyncIterable<StiEvent> {
  readonly result: Promise<Result>;
}

/** A run of `work`, whose events are what `work` emits. */
export function startRun<Result>(work: (emit: Emit) => Promise<Result>): StiRun<Result> {
  const events = new EventQueue();
  // Deferred by a turn, so that nothing happens before the caller holds the run.
  const result = Promise.resolve().then(() => work((event) => events.push(event)));
  // Handled here too: whoever iterates learns of a failure by the iteration.
  result.then(
    () => events.end(),
    (error: unknown) => events.end({ error }),
  );
  return { result, [Symbol.asyncIterator]: () => events[Symbol.asyncIterator]() };
}
