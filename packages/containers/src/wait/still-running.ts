import type { Container } from "../container.ts";
import { ContainersError } from "../containers-error.ts";
import type { ContainerState } from "../backend/container-state.ts";

/** The state of a container that must be running: one that has ended will never be ready. */
export async function stillRunning(container: Container, signal: AbortSignal): Promise<ContainerState> {
  const state = await container.inspect({ signal });
  if (state.status !== "exited") return state;
  throw new ContainersError("CONTAINERS_CONTAINER_NOT_READY", `it ended with exit code ${state.exitCode}`);
}
