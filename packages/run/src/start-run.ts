import { EventQueue, type HoldLimit } from "./event-queue.ts";

/**
 * A long operation under way. It goes on whether its events are read or not, and whether the reader breaks off; its abort
 * signal ends it. The events can be iterated once, from the first on.
 */
export interface Run<Event, Result> extends AsyncIterable<Event> {
  /** Rejects where the operation fails; the iteration ends by throwing the same error. */
  readonly result: Promise<Result>;
}

/** Starts an operation, in a turn of its own, so that the caller holds the run before anything happens. */
export function startRun<Event, Result>(
  operation: (emit: (event: Event) => void) => Promise<Result>,
  hold?: HoldLimit<Event>,
): Run<Event, Result> {
  const queue = new EventQueue<Event>(hold);
  const result = Promise.resolve().then(() => operation((event) => queue.push(event)));
  // Handled here too: whoever iterates learns of a failure by the iteration.
  result.then(
    () => queue.end(),
    (error: unknown) => queue.end({ error }),
  );
  return { result, [Symbol.asyncIterator]: () => queue[Symbol.asyncIterator]() };
}
