import type Dockerode from "dockerode";
import { closeIdle } from "./close-idle.ts";
import { dockerodeAt } from "./docker-for.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Engine } from "./engine.ts";

/** An engine that {@link connect} found. Its Dockerode is made when somebody asks for it. */
export class ConnectedEngine implements Engine {
  readonly #endpoint: Endpoint;
  readonly host: string;
  readonly source: string;
  readonly close: () => void;
  declare readonly docker: Dockerode;

  constructor(endpoint: Endpoint, host: string, source: string) {
    this.#endpoint = endpoint;
    this.host = host;
    this.source = source;
    this.close = () => closeIdle(endpoint.agent);
    let docker: Dockerode | undefined;
    // A property of its own, so that it is in copies of the engine too.
    Object.defineProperty(this, "docker", { enumerable: true, get: () => (docker ??= dockerodeAt(endpoint)) });
  }

  /** How an engine of ours is reached; undefined of handles, copies and stand-ins that are somebody else's. */
  static endpointOf(handle: object): Endpoint | undefined {
    return #endpoint in handle ? handle.#endpoint : undefined;
  }
}
