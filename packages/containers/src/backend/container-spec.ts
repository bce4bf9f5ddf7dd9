/** A container as a backend is asked to make it: options that have been checked, with nothing left to guess. */
export interface ContainerSpec {
  readonly image: string;
  readonly name?: string | undefined;
  /** Instead of the image's entrypoint; then the image's command isn't used either. */
  readonly entrypoint?: readonly string[] | undefined;
  /** Instead of the image's command. */
  readonly command?: readonly string[] | undefined;
  /** Beside those of the image. */
  readonly variables: Readonly<Record<string, string>>;
  readonly workDir?: string | undefined;
  readonly user?: string | undefined;
  readonly hostname?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly ports: readonly Port[];
  readonly networks: readonly NetworkAttachment[];
  /** `none`, `host`, or what else the engine knows; its default without, and where there are `networks`. */
  readonly networkMode?: string | undefined;
  readonly platform?: string | undefined;
  readonly healthCheck?: HealthCheck | undefined;
  /** Bytes. */
  readonly memory?: number | undefined;
  /** How many processors; 0.5 is half of one. */
  readonly cpus?: number | undefined;
  readonly privileged: boolean;
  /** A process of the engine's as the first one, which reaps orphans and passes signals on. */
  readonly init: boolean;
  readonly extraHosts: Readonly<Record<string, string>>;
}

/** A folder or file of the engine's machine, a volume, or memory as a folder. */
export type Mount =
  | { readonly type: "bind"; readonly source: string; readonly target: string; readonly readOnly: boolean }
  | { readonly type: "volume"; readonly source: string; readonly target: string; readonly readOnly: boolean }
  | { readonly type: "tmpfs"; readonly target: string; readonly size?: number | undefined };

/** A port of the container that is published. */
export interface Port {
  readonly container: number;
  readonly protocol: "tcp" | "udp";
  /** The port of the engine's machine; one that is free without. */
  readonly host?: number | undefined;
  /** The address of the engine's machine; all of them without. */
  readonly address?: string | undefined;
}

/** A network that a container is in. */
export interface NetworkAttachment {
  readonly network: string;
  /** What others in that network may call it. */
  readonly aliases: readonly string[];
}

/** A command in the container that tells whether it is well. */
export interface HealthCheck {
  /** A command, or a line for the image's shell. */
  readonly test: readonly string[] | string;
  readonly intervalMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly startPeriodMs?: number | undefined;
  readonly retries?: number | undefined;
}
