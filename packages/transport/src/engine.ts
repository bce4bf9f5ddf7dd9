import type Dockerode from "dockerode";

/** A connection to an engine. */
export interface Engine {
  /** The plain API, for calls that need nothing more. */
  readonly docker: Dockerode;
  /** `unix:///var/run/docker.sock`, `tcp://10.0.0.1:2376`, `ssh://me@host` */
  readonly host: string;
  /** Where the host was found, for people: `DOCKER_HOST`, `docker context "x"`. */
  readonly source: string;
  /** Lets go of idle connections, and of ssh altogether. */
  close(): void;
}

export type { Dockerode };
