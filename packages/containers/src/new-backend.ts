import type { Backend, BackendType } from "./backend/backend.ts";
import type { OperationOptions } from "./backend/operation-options.ts";
import type { BackendConfig } from "./backend/backend-config.ts";
import { ContainersError } from "./containers-error.ts";

/** The kinds of backend that there are, in the order in which they are tried. */
export function availableBackends(): readonly BackendType[] {
  return ["docker", "containerd"];
}

/**
 * A backend that has answered. Only the code of its kind is loaded.
 * @throws ContainersError CONTAINERS_BACKEND_NOT_AVAILABLE
 */
export async function newBackend(config: BackendConfig, options: OperationOptions = {}): Promise<Backend> {
  const { signal } = options;
  signal?.throwIfAborted();
  if (!availableBackends().includes(config.type)) {
    throw new ContainersError("CONTAINERS_BACKEND_NOT_AVAILABLE", `there is no backend \`${config.type as string}\``, {
      hint: `there are ${availableBackends().join(" and ")}; with one of your own, \`new Client(backend)\``,
    });
  }
  try {
    if (config.type === "docker") {
      const { DockerBackend } = await import("./docker/docker-backend.ts");
      const { host, environment } = config;
      return await DockerBackend.open({ host, environment, signal });
    }
    const { ContainerdBackend } = await import("./containerd/containerd-backend.ts");
    return await ContainerdBackend.open(config, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    const { message, hint } = error as Error & { hint?: string };
    throw new ContainersError("CONTAINERS_BACKEND_NOT_AVAILABLE", `${config.type} is not available: ${message}`, {
      cause: error,
      hint,
    });
  }
}
