import { ContainersError } from "../containers-error.ts";
import type { WaitStrategy } from "./wait-strategy.ts";

/** Ready when it has ended with this exit code, 0 unless another is given. */
export function forExit(exitCode = 0): WaitStrategy {
  return {
    waitsFor: `the end with exit code ${exitCode}`,
    wait: async (container, { signal }) => {
      const ended = await container.wait({ signal });
      if (ended === exitCode) return;
      throw new ContainersError("CONTAINERS_CONTAINER_NOT_READY", `it ended with exit code ${ended}`);
    },
  };
}
