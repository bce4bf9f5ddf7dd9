import { setTimeout as delay } from "node:timers/promises";

const firstMs = 10;
const longestMs = 250;

/** Asks again and again, at first quickly, until the answer is yes. Ends with the signal's reason. */
export async function poll(ask: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  for (let waitMs = firstMs; ; waitMs = Math.min(longestMs, waitMs * 2)) {
    signal.throwIfAborted();
    if (await ask()) return;
    await delay(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
