import type { Dockerfile } from "@slipway/dockerfile";
import type { Dockerode, Engine } from "@slipway/transport";
import type { LiveDockerfile } from "./live-dockerfile.ts";

/** What a live push session works on. */
export interface LivepushOptions {
  /** The Dockerfile that the container was built from; or one with live directives, if it was built from what
   * liveDockerfile makes of that. */
  readonly dockerfileContent?: string | Buffer | undefined;
  /** The same, parsed or made live already. One of the two must be given. */
  readonly dockerfile?: Dockerfile | LiveDockerfile | undefined;
  /** The folder of the build context. */
  readonly context: string;
  /** The Dockerfile's path in the context: its ignore file goes first, and its change needs a rebuild. */
  readonly dockerfilePath?: string | undefined;
  readonly containerId: string;
  /** Images of all stages but the last, in order. */
  readonly stageImages: readonly string[];
  readonly docker: Engine | Dockerode;
  /** Leave the restart to something in the container, such as nodemon. A container that had exited is started all the same. */
  readonly skipContainerRestart?: boolean | undefined;
  /** A signal, such as `HUP`, that the process gets instead of a restart, if it reads its files again on it. */
  readonly restartSignal?: string | undefined;
  /** How long the process may take to end on its stop signal before it is killed, in seconds; 1 without. */
  readonly stopTimeout?: number | undefined;
  /** Those of the build. */
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** Labels for the containers that are made for the other stages. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}
