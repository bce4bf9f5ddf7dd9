import { ContainersError } from "../containers-error.ts";
import { poll } from "./poll.ts";
import { stillRunning } from "./still-running.ts";
import type { WaitStrategy } from "./wait-strategy.ts";

/** Ready when its health check, its own or its image's, says that it is well. */
export function forHealth(): WaitStrategy {
  return {
    waitsFor: "the health check",
    wait: async (container, { signal }) => {
      await poll(async () => {
        const { health } = await stillRunning(container, signal);
        if (health === "unhealthy") {
          throw new ContainersError("CONTAINERS_CONTAINER_NOT_READY", "it is unhealthy");
        }
        if (health === undefined) {
          throw new ContainersError("CONTAINERS_CONTAINER_NOT_READY", "neither it nor its image has a health check");
        }
        return health === "healthy";
      }, signal);
    },
  };
}
