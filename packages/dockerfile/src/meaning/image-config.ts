/** What an image says of the containers made from it, in the engine's values. What it doesn't say is left out. */
export interface ImageConfig {
  /** In order. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly workdir?: string | undefined;
  readonly user?: string | undefined;
  readonly cmd?: readonly string[] | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  /** Only where SHELL was used. */
  readonly shell?: readonly string[] | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** `80/tcp`. */
  readonly exposedPorts?: readonly string[] | undefined;
  readonly volumes?: readonly string[] | undefined;
  readonly healthcheck?: ImageHealthcheck | undefined;
  /** Instructions for the image that is built on this one. */
  readonly onbuild?: readonly string[] | undefined;
  readonly stopSignal?: string | undefined;
}

/** An image's HEALTHCHECK. Durations are in nanoseconds, as the engine keeps them. */
export interface ImageHealthcheck {
  /** `["NONE"]`, `["CMD", …]` or `["CMD-SHELL", command]`. */
  readonly test: readonly string[];
  readonly interval?: number;
  readonly timeout?: number;
  readonly startPeriod?: number;
  readonly startInterval?: number;
  readonly retries?: number;
}

/** The PATH of an image that sets none. */
export const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** An image's configuration as its Dockerfile fills it in. */
export class ImageConfigDraft {
  cmd: readonly string[] | undefined;
  entrypoint: readonly string[] | undefined;
  shell: readonly string[] | undefined;
  healthcheck: ImageHealthcheck | undefined;
  stopSignal: string | undefined;
  workdir: string | undefined;
  user: string | undefined;
  readonly labels: Map<string, string>;
  readonly exposedPorts: Set<string>;
  readonly volumes: Set<string>;
  readonly onbuild: string[] = [];
  /** Whether this stage has a CMD: an ENTRYPOINT takes away the base's only. */
  hasOwnCmd = false;

  constructor(base: ImageConfig | undefined) {
    this.cmd = base?.cmd;
    this.entrypoint = base?.entrypoint;
    this.shell = base?.shell;
    this.healthcheck = base?.healthcheck;
    this.stopSignal = base?.stopSignal;
    this.workdir = base?.workdir || undefined;
    this.user = base?.user || undefined;
    this.labels = new Map(Object.entries(base?.labels ?? {}));
    this.exposedPorts = new Set(base?.exposedPorts);
    this.volumes = new Set(base?.volumes);
  }

  finish(env: Readonly<Record<string, string>>): ImageConfig {
    const { cmd, entrypoint, shell, healthcheck, stopSignal, workdir, user } = this;
    return {
      env,
      ...(workdir ? { workdir } : {}),
      ...(user ? { user } : {}),
      ...(cmd ? { cmd } : {}),
      ...(entrypoint ? { entrypoint } : {}),
      ...(shell ? { shell } : {}),
      ...(this.labels.size > 0 ? { labels: Object.fromEntries(this.labels) } : {}),
      ...(this.exposedPorts.size > 0 ? { exposedPorts: [...this.exposedPorts] } : {}),
      ...(this.volumes.size > 0 ? { volumes: [...this.volumes] } : {}),
      ...(healthcheck ? { healthcheck } : {}),
      ...(this.onbuild.length > 0 ? { onbuild: this.onbuild } : {}),
      ...(stopSignal ? { stopSignal } : {}),
    };
  }
}
