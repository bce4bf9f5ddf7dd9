import { access } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { timeLimit } from "@slipway/run";
import { closeIdle } from "./close-idle.ts";
import { ConnectedEngine } from "./connected-engine.ts";
import { dial } from "./dial.ts";
import { type Endpoint, endpointFor } from "./endpoint.ts";
import type { ConnectOptions, EngineAddress, EngineLocation } from "./engine-location.ts";
import { candidateLocations } from "./candidate-locations.ts";
import { TransportError } from "./transport-error.ts";

/** An engine that has answered. */
export interface FoundEngine {
  readonly location: EngineLocation;
  readonly endpoint: Endpoint;
  /** As the engine's ping says it. */
  readonly apiVersion: string | undefined;
}

/** A host may have to be reached by way of others first. */
const answerWithinMs = { direct: 5_000, ssh: 30_000 };

/**
 * The first engine that answers of the places where one is looked for. A host that was named is never passed over.
 * @throws TransportError TRANSPORT_NO_ENGINE saying what was tried and what each said
 */
export async function findEngine(options: ConnectOptions): Promise<FoundEngine> {
  const environment = options.environment ?? process.env;
  const { named, locations } = await candidateLocations(options, environment);
  const tried: string[] = [];
  for (const location of locations) {
    const found = await probe({ ...location, tlsMaterial: options.tlsMaterial, environment }, options.signal);
    if (typeof found !== "string") return { location, ...found };
    tried.push(`${location.host} (${location.source}): ${found}`);
  }
  throw new TransportError("TRANSPORT_NO_ENGINE", `no container engine answers; tried\n  ${tried.join("\n  ")}`, {
    hint: named
      ? `start the engine, or correct ${locations[0]?.source}`
      : "install and start Docker Engine, Docker Desktop, colima or podman, or set DOCKER_HOST to an engine elsewhere",
  });
}

/** The engine, or why there is none. */
async function probe(
  address: EngineAddress,
  signal: AbortSignal | undefined,
): Promise<Omit<FoundEngine, "location"> | string> {
  signal?.throwIfAborted();
  if (address.host.startsWith("unix://")) {
    const missing = await access(address.host.slice("unix://".length)).then(
      () => false,
      () => true,
    );
    if (missing) return "no such socket";
  }
  const endpoint = endpointFor(address);
  const withinMs = answerWithinMs[address.host.startsWith("ssh://") ? "ssh" : "direct"];
  const timeout = timeLimit(withinMs);
  try {
    const answer = await dial<IncomingMessage>(new ConnectedEngine(endpoint, address.host, ""), {
      path: "/_ping",
      method: "GET",
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    answer.resume();
    const podman = answer.headers["libpod-api-version"] !== undefined;
    return { endpoint: { ...endpoint, podman }, apiVersion: answer.headers["api-version"] as string | undefined };
  } catch (error) {
    closeIdle(endpoint.agent);
    signal?.throwIfAborted();
    if (timeout.aborted) return `no answer within ${withinMs / 1000} s`;
    // What ssh has to say, such as a host key that has changed, is to be read whole.
    if (error instanceof TransportError && error.code !== "TRANSPORT_CONNECTION_LOST") throw error;
    return (error as Error).message;
  }
}
