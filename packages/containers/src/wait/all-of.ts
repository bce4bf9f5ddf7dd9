import type { WaitStrategy } from "./wait-strategy.ts";

/** Ready when all of these are true. */
export function allOf(...strategies: readonly WaitStrategy[]): WaitStrategy {
  return {
    waitsFor: strategies.map(({ waitsFor }) => waitsFor).join(", and "),
    wait: async (container, options) => {
      await Promise.all(strategies.map((strategy) => strategy.wait(container, options)));
    },
  };
}
