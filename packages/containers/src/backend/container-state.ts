/** What an engine knows of a container. */
export interface ContainerState {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly created: Date;
  readonly status: "created" | "running" | "paused" | "exited";
  /** Of one that has ended. */
  readonly exitCode?: number | undefined;
  /** Where the container or its image has a health check. */
  readonly health?: "starting" | "healthy" | "unhealthy" | undefined;
  /** Where ports are published, while it runs. */
  readonly ports: readonly PublishedPort[];
  /** Its address in each network, while it runs. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** A port of a container on the engine's machine. */
export interface PublishedPort {
  readonly container: number;
  readonly protocol: "tcp" | "udp";
  readonly address: string;
  readonly host: number;
}
