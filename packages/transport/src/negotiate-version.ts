import type Dockerode from "dockerode";

/** The newest version of the engine's API that we know and test against. */
const newestKnown = "1.45";

/**
 * Settles the API version of all further calls: the newest that both know, so that a newer engine keeps behaving as we
 * know it. An engine that doesn't say its version stays unversioned; one that no longer speaks ours gets its oldest.
 */
export async function negotiateVersion(docker: Dockerode, engines: string | undefined): Promise<void> {
  if (engines === undefined || !/^\d+\.\d+$/.test(engines)) return;
  const modem = docker.modem as unknown as { version: string | undefined };
  if (compare(engines, newestKnown) <= 0) {
    modem.version = `v${engines}`;
    return;
  }
  const { MinAPIVersion: oldest } = await docker.version();
  modem.version = `v${oldest && compare(oldest, newestKnown) > 0 ? oldest : newestKnown}`;
}

function compare(a: string, b: string): number {
  const [[a1 = 0, a2 = 0], [b1 = 0, b2 = 0]] = [a, b].map((text) => text.split(".").map(Number)) as [
    number[],
    number[],
  ];
  return a1 - b1 || a2 - b2;
}
