import type { Readable } from "node:stream";
import type { OperationOptions } from "./backend/operation-options.ts";
import type { PullStatus, RegistryCredentials } from "./backend/pull-options.ts";
import type { BuildStatus } from "./backend/build-request.ts";

/** Where an image comes from. Of `build`, `directory` and `dockerfile` alone none means that it is pulled. */
export interface ImageOptions extends OperationOptions {
  /** A tar archive with the build's files. */
  readonly build?: Readable | Buffer | undefined;
  /** A folder with the build's files. */
  readonly directory?: string | undefined;
  /** With `build` or `directory` the Dockerfile's path in there, else the text of a Dockerfile that needs no files. */
  readonly dockerfile?: string | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** The stage to build. */
  readonly target?: string | undefined;
  /** Build also where the same was built before, and run every step. */
  readonly forceRebuild?: boolean | undefined;
  /**
   * Whether what is built is tagged by a hash of its files and options, and not built again where that is there.
   * Default: if the name has no tag. An archive then is in memory.
   */
  readonly contentTag?: boolean | undefined;
  /** `os/architecture[/variant]`; the engine's own without. */
  readonly platform?: string | undefined;
  /** Default: `always`, where a failure is none if the image is there. `missing` asks no registry if it is there. */
  readonly pull?: PullPolicy | undefined;
  /** Credentials for the image's registry; with a build, by registry. Without, docker's own configuration is asked. */
  readonly auth?: RegistryCredentials | undefined;
  readonly registryAuth?: Readonly<Record<string, RegistryCredentials>> | undefined;
  readonly onPull?: ((status: PullStatus) => void) | undefined;
  /** A build's steps and what they write. */
  readonly onBuild?: ((status: BuildStatus) => void) | undefined;
}

/** When a registry is asked for an image. */
export type PullPolicy = "always" | "missing" | "never";
