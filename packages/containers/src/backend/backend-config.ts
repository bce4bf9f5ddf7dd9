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
