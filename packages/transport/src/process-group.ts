import { timeLimit } from "@slipway/run";
import type { Engine } from "./engine.ts";
import { endOf, startExec } from "./start-exec.ts";

/** How long a command that was told to end may take before it is killed, in milliseconds. */
export const graceMs = 2_000;

/** How long the engine may take to carry out a signal, in milliseconds. */
const signalledWithinMs = 30_000;

/**
 * Ends all processes of a group in a container: TERM, then KILL for what is left once `leader` has resolved or the grace
 * period is over. A container that has stopped meanwhile is fine.
 * @param group the number of its leader, as the container sees it
 * @param leader resolves when the leader has ended
 */
export async function endGroup(
  engine: Engine,
  containerId: string,
  group: string,
  leader: Promise<unknown>,
): Promise<void> {
  await signalGroup(engine, containerId, group, "TERM");
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, graceMs)));
  await Promise.race([leader.catch(() => undefined), late]);
  clearTimeout(timer);
  // Also where the leader has ended: of what it started, something may ignore TERM.
  await signalGroup(engine, containerId, group, "KILL");
}

async function signalGroup(engine: Engine, containerId: string, group: string, name: string): Promise<void> {
  // The shell's own `kill`, since slim images have no such program; as root, since the group may be another user's.
  const cmd = ["sh", "-c", 'kill -s "$1" -- "-$2" 2>/dev/null || kill -s "$1" "-$2"', "sh", name, group];
  const signal = timeLimit(signalledWithinMs);
  try {
    const { stream } = await startExec(engine, containerId, { cmd, user: "0" }, { signal });
    stream.resume();
    await endOf(stream);
    stream.destroy();
  } catch {
    // The container is gone or stopped, and the group with it, or nobody can be asked any more.
  }
}
