import { ConnectedEngine } from "./connected-engine.ts";
import type { Engine } from "./engine.ts";
import type { ConnectOptions } from "./engine-location.ts";
import { findEngine } from "./find-engine.ts";
import { negotiateVersion } from "./negotiate-version.ts";

/**
 * Connects to the first engine that answers: the given host; DOCKER_HOST; docker's current context; the usual sockets.
 * All calls then use the newest API version that both sides know.
 * @throws TransportError TRANSPORT_NO_ENGINE if none answers
 */
export async function connect(options: ConnectOptions = {}): Promise<Engine> {
  const { location, endpoint, apiVersion } = await findEngine(options);
  const { host, source } = location;
  return new ConnectedEngine(await negotiateVersion(endpoint, apiVersion, location), host, source);
}
