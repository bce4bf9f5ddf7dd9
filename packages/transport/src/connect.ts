import { dockerFor } from "./docker-for.ts";
import type { Engine } from "./engine.ts";
import type { ConnectOptions } from "./engine-location.ts";
import { locateEngine } from "./locate-engine.ts";

/**
 * Connects to the engine that {@link locateEngine} finds.
 * @throws TransportError TRANSPORT_NO_ENGINE if none answers
 */
export async function connect(options: ConnectOptions = {}): Promise<Engine> {
  const location = await locateEngine(options);
  const docker = await dockerFor(location);
  return { docker, host: location.host, source: location.source, close: () => closeIdle(docker) };
}

function closeIdle(docker: { modem: unknown }): void {
  const { agent } = docker.modem as { agent?: { destroy?: () => void } };
  agent?.destroy?.();
}
