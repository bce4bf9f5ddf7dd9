/**
 * A signal that aborts after so many milliseconds, with a `TimeoutError`. Unlike one of `AbortSignal.timeout` it may be
 * handed to `AbortSignal.any` and let go of: Node keeps a limit's signal only while somebody listens to it, and one that
 * is combined isn't listened to, so that with a collection of garbage it would never come.
 */
export function timeLimit(milliseconds: number): AbortSignal {
  const signal = AbortSignal.timeout(milliseconds);
  signal.addEventListener("abort", () => undefined, { once: true });
  return signal;
}
