import { createRequire } from "node:module";
import { inspect } from "node:util";
import type Dockerode from "dockerode";
import { type Endpoint, endpointFor } from "./endpoint.ts";
import type { EngineAddress } from "./engine-location.ts";
import { settleAnswers } from "./settle-answers.ts";
import { TransportError } from "./transport-error.ts";

/**
 * A Dockerode for an address, without a word to the engine and whatever the process's own variables say. Its connections
 * are its own; those of ssh are made with the first call and kept.
 * @throws TransportError TRANSPORT_BAD_HOST for an address that isn't unix, npipe, tcp, http(s) or ssh;
 * TRANSPORT_BAD_CONFIG for TLS files that cannot be read
 */
export function dockerFor(address: EngineAddress): Dockerode {
  return dockerodeAt(endpointFor(address));
}

/** A Dockerode that uses an endpoint's connections. It is loaded here, as it is large and many need none. */
export function dockerodeAt({ at, protocol, agent, version }: Endpoint): Dockerode {
  const load = createRequire(import.meta.url);
  const Docker = load("dockerode") as typeof Dockerode;
  // It makes text of each request's options, down to the last property, whether anybody reads it or not: of an agent with
  // twenty connections that takes 20 ms, and has the TLS key in it.
  Object.defineProperty(agent, inspect.custom, { value: () => "Agent", configurable: true });
  // It reads the environment for whatever is left out, so nothing is.
  const nothing = { socketPath: undefined, host: undefined, port: undefined, username: undefined, timeout: undefined };
  const noTls = { ca: undefined, cert: undefined, key: undefined };
  const options = { ...nothing, ...noTls, pathPrefix: "/", ...bracketed(at), protocol, agent, version };
  try {
    return settleAnswers(new Docker(options as unknown as Dockerode.DockerOptions));
  } catch (cause) {
    // It reads the files of DOCKER_CERT_PATH even so.
    throw new TransportError(
      "TRANSPORT_BAD_CONFIG",
      `the environment's DOCKER_ variables: ${(cause as Error).message}`,
      {
        cause,
        hint: "correct or unset DOCKER_HOST and DOCKER_CERT_PATH",
      },
    );
  }
}

/** It makes a URL of a host. */
function bracketed(at: Endpoint["at"]): Endpoint["at"] {
  return "host" in at && at.host.includes(":") ? { ...at, host: `[${at.host}]` } : at;
}
