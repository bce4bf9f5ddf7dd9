import { timeLimit } from "@slipway/run";
import { ContainersError } from "../containers-error.ts";
import type { WaitStrategy } from "./wait-strategy.ts";

/** A strategy with a time limit of its own, in ms. */
export function within(limitMs: number, strategy: WaitStrategy): WaitStrategy {
  return {
    waitsFor: `${strategy.waitsFor} within ${limitMs / 1_000} s`,
    wait: async (container, { signal }) => {
      const limit = timeLimit(limitMs);
      try {
        await strategy.wait(container, { signal: AbortSignal.any([signal, limit]) });
      } catch (error) {
        if (signal.aborted || !limit.aborted) throw error;
        const message = `${strategy.waitsFor}: it didn't within ${limitMs / 1_000} s`;
        throw new ContainersError("CONTAINERS_CONTAINER_NOT_READY", message, { cause: error });
      }
    },
  };
}
