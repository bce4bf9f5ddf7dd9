/** A long operation: iterate it for its events, await `result` for its outcome. */
export interface Run<Event, Result> extends AsyncIterable<Event> {
  /** Rejects when the operation fails; then iteration ends by throwing the same error. */
  readonly result: Promise<Result>;
}

/**
 * Starts `operation` and returns its run. Every iterator sees all events from the first on. Breaking off an iteration
 * does not end the operation; its abort signal does.
 */
export function startRun<Event, Result>(
  operation: (emit: (event: Event) => void) => Promise<Result>,
): Run<Event, Result> {
  const events: Event[] = [];
  let ended = false;
  let wake: (() => void)[] = [];
  const signalAll = (): void => {
    const waiting = wake;
    wake = [];
    for (const resolve of waiting) resolve();
  };
  const emit = (event: Event): void => {
    events.push(event);
    signalAll();
  };
  // Deferred by a turn, so that `operation` never runs before the caller holds the run.
  const result = Promise.resolve()
    .then(() => operation(emit))
    .finally(() => {
      ended = true;
      signalAll();
    });
  return {
    result,
    async *[Symbol.asyncIterator]() {
      // Whoever iterates gets the failure from the iteration.
      result.catch(() => undefined);
      for (let next = 0; ;) {
        if (next < events.length) yield events[next++]!;
        else if (ended) break;
        else await new Promise<void>((resolve) => wake.push(resolve));
      }
      await result;
    },
  };
}
