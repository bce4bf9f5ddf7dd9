import { setTimeout as delay } from "node:timers/promises";
import { isNetworkFailure, statusOf } from "./response-error.ts";

/** How often, and how patiently, what failed for the moment is tried again. */
export interface RetryOptions {
  /** How often it is tried at the most. Default: 5. */
  readonly attempts?: number | undefined;
  /** The first wait, in milliseconds; each is twice the one before, give or take a third. Default: 500. */
  readonly delayMs?: number | undefined;
  /** No wait is longer, in milliseconds, whatever the API asks for. Default: 30,000. */
  readonly maxDelayMs?: number | undefined;
}

/** Whether an error may be gone the next time: no answer, too many requests, or a server's failure. */
export function isTransient(error: unknown): boolean {
  const status = statusOf(error);
  return status === undefined ? isNetworkFailure(error) : status === 429 || status >= 500;
}

/**
 * Calls until it succeeds, fails for good, or was tried often enough; rejects with the last error then, and with the
 * signal's reason after an abort.
 */
export async function withRetries<Result>(
  call: (attempt: number) => Promise<Result>,
  { attempts = 5, delayMs = 500, maxDelayMs = 30_000 }: RetryOptions = {},
  signal?: AbortSignal,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await call(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt >= attempts || !isTransient(error)) throw error;
      const backOff = delayMs * 2 ** (attempt - 1) * (0.67 + 0.66 * Math.random());
      const wait = Math.min(askedFor(error) ?? backOff, maxDelayMs);
      try {
        await delay(wait, undefined, signal ? { signal } : {});
      } catch {
        signal?.throwIfAborted();
      }
    }
  }
}

/** `Retry-After`, in milliseconds: seconds, or a date (RFC 9110, 10.2.3). */
function askedFor(error: unknown): number | undefined {
  const { retryAfter } = error as { retryAfter?: unknown };
  if (typeof retryAfter !== "string") return undefined;
  const wait = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
