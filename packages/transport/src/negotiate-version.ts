import { ask } from "./ask.ts";
import { ConnectedEngine } from "./connected-engine.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EngineLocation } from "./engine-location.ts";

/** The newest version of the engine's API that we know and test against. */
const newestKnown = "1.45";

/**
 * The endpoint with the API's version for all calls: the newest that both know, so that a newer engine keeps behaving as
 * we know it. An engine that doesn't say its version stays unversioned; one that no longer speaks ours gets its oldest.
 */
export async function negotiateVersion(
  endpoint: Endpoint,
  engines: string | undefined,
  { host, source }: EngineLocation,
): Promise<Endpoint> {
  if (engines === undefined || !/^\d+\.\d+$/.test(engines)) return endpoint;
  if (compare(engines, newestKnown) <= 0) return { ...endpoint, version: `v${engines}` };
  const asked = new ConnectedEngine(endpoint, host, source);
  const { MinAPIVersion: oldest } = await ask<{ MinAPIVersion?: string }>(asked, { path: "/version" });
  return { ...endpoint, version: `v${oldest && compare(oldest, newestKnown) > 0 ? oldest : newestKnown}` };
}

function compare(a: string, b: string): number {
  const [[a1 = 0, a2 = 0], [b1 = 0, b2 = 0]] = [a, b].map((text) => text.split(".").map(Number)) as [
    number[],
    number[],
  ];
  return a1 - b1 || a2 - b2;
}
