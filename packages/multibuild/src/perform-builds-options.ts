import type { BuildOptions } from "@slipway/build";
import type { Dockerode, Engine } from "@slipway/transport";
import type { RegistrySecrets } from "./registry-secrets.ts";
import type { ProjectEvent } from "./service-event.ts";

/**
 * Where images are built. Of several engines each service gets one that runs its platform natively, or else one that
 * emulates it, the least busy of them; if one goes away its services move to another.
 */
export type BuildEngines = Engine | Dockerode | readonly (Engine | Dockerode)[];

/** Options of a build that may be the same for all services. */
export type SharedBuildOptions = Pick<
  BuildOptions,
  | "cacheFrom"
  | "cacheTo"
  | "extraHosts"
  | "memory"
  | "networkMode"
  | "registryAuth"
  | "secrets"
  | "shmSize"
  | "ssh"
  | "ulimits"
>;

/** How to build the tasks. */
export interface PerformBuildsOptions {
  /** How many builds and pulls go on at once, on each engine. Default: 8. */
  readonly concurrency?: number | undefined;
  /** Whether one failure ends the others. Default: they go on. */
  readonly failFast?: boolean | undefined;
  /** How long one service may take, all its attempts together, once its turn has come. Default: as long as it likes. */
  readonly timeoutMs?: number | undefined;
  /** How often a service is tried again after a failure that `retryOn` accepts. Default: 2. */
  readonly retries?: number | undefined;
  /** Which failures are worth another attempt. Default: faults of the network between engine and registry. */
  readonly retryOn?: ((error: unknown, service: string) => boolean) | undefined;
  /** Ask the registries for newer images, also where the engine has one. */
  readonly pull?: boolean | undefined;
  /** Run every step, whatever the cache has. */
  readonly noCache?: boolean | undefined;
  /** Which builder. Default: BuildKit where the engine has it. */
  readonly builder?: BuildOptions["builder"];
  /** For every build, over the service's own: secrets, ssh agents, credentials, limits. */
  readonly buildOptions?: SharedBuildOptions | undefined;
  /** For every service, over its own and those of the project's metadata. */
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** Credentials over those of the project's metadata. Each build and pull gets those of the registries that it touches. */
  readonly registrySecrets?: RegistrySecrets | undefined;
  readonly onEvent?: ((event: ProjectEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}
