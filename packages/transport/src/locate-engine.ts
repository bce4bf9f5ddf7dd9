import { closeIdle } from "./close-idle.ts";
import type { ConnectOptions, EngineLocation } from "./engine-location.ts";
import { findEngine } from "./find-engine.ts";

/**
 * Finds an engine that answers: the given host; DOCKER_HOST; docker's current context; the usual sockets. A host that
 * was named is never passed over in silence.
 * @throws TransportError TRANSPORT_NO_ENGINE saying what was tried and what each said
 */
export async function locateEngine(options: ConnectOptions = {}): Promise<EngineLocation> {
  const { location, endpoint } = await findEngine(options);
  closeIdle(endpoint.agent);
  return location;
}
