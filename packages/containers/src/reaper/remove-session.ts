import { setTimeout as delay } from "node:timers/promises";
import type { Backend } from "../backend/backend.ts";
import { removeResources } from "../remove-resources.ts";
import { label } from "../session.ts";

/**
 * When it is looked, in ms after the process has ended: a request that was on its way makes its container later. By the
 * last of these nothing is left.
 */
const looksAtMs = [0, 250, 1_000, 2_500, 5_000, 10_000];

/** Removes what a session has left, also what its engine still was about to make. */
export async function removeSession(backend: Backend, session: string): Promise<void> {
  const since = performance.now();
  for (const at of looksAtMs) {
    await delay(Math.max(0, at - (performance.now() - since)));
    // A failure, such as a network that a container has not yet left, may be none at the next look.
    await removeResources(backend, { labels: { [label.session]: session } }).catch(() => undefined);
  }
}
