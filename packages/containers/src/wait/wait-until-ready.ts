import { timeLimit } from "@slipway/run";
import type { Container } from "../container.ts";
import { ContainersError } from "../containers-error.ts";
import { LastLines } from "../logs/last-lines.ts";
import type { WaitStrategy } from "./wait-strategy.ts";

/**
 * Waits for a container.
 * @throws ContainersError CONTAINERS_CONTAINER_NOT_READY when it takes too long or can't come true any more, with what the
 * container wrote last
 */
export async function waitUntilReady(
  container: Container,
  strategy: WaitStrategy,
  options: { readonly withinMs: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { withinMs, signal } = options;
  const timeout = timeLimit(withinMs);
  // Ends whatever the strategy still does once it has an answer.
  const done = new AbortController();
  const ended = AbortSignal.any([timeout, done.signal, ...(signal ? [signal] : [])]);
  try {
    await Promise.race([strategy.wait(container, { signal: ended }), rejection(ended)]);
  } catch (error) {
    signal?.throwIfAborted();
    const why = timeout.aborted ? `it didn't within ${withinMs / 1_000} s` : (error as Error).message;
    const lines = await lastLines(container);
    const tail =
      lines.length > 0 ? `; it wrote last\n${lines.map((line) => `  ${line}`).join("\n")}` : "; it wrote nothing";
    const message = `waiting for ${strategy.waitsFor} of a container of ${container.spec.image}: ${why}${tail}`;
    throw new ContainersError("CONTAINERS_CONTAINER_NOT_READY", message, { cause: error });
  } finally {
    done.abort();
  }
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}

async function lastLines(container: Container): Promise<readonly string[]> {
  const tail = new LastLines();
  try {
    for await (const chunk of container.logs({ signal: timeLimit(5_000) })) tail.add(chunk);
  } catch {
    // What it wrote helps with the error, and is not to hide it.
  }
  return tail.get();
}
