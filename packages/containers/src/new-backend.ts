import type { Backend, BackendType, OperationOptions } from "./backend/backend.ts";
import { ContainersError } from "./containers-error.ts";

/** Which backend, and where. */
export type BackendConfig = DockerConfig | ContainerdConfig;

/** Docker Engine, or what speaks its API. */
export interface DockerConfig {
  readonly type: "docker";
  /** `unix:///var/run/docker.sock`, `tcp://10.0.0.1:2376`, `ssh://me@host`; looked for without. */
  readonly host?: string | undefined;
  /** The variables that say where the engine is; the process's own without. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/** containerd on this machine. */
export interface ContainerdConfig {
  readonly type: "containerd";
  /** Its socket's path. Default: CONTAINERD_ADDRESS, else `/run/containerd/containerd.sock`. */
  readonly address?: string | undefined;
  /** Default: CONTAINERD_NAMESPACE, else `slipway`. */
  readonly namespace?: string | undefined;
  /** Default: `overlayfs`. */
  readonly snapshotter?: string | undefined;
  /** Where the logs of containers are. Default: `/var/lib/slipway/containerd`. */
  readonly stateDirectory?: string | undefined;
  /** Registries that are spoken to without TLS, by host and port; those of this machine always are. */
  readonly plainRegistries?: readonly string[] | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

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
