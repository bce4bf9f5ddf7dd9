import type { Agent } from "node:http";
import { SshHttpAgent } from "./ssh/ssh-http-agent.ts";

/** Lets go of the connections that are held for later; calls under way go on, except over ssh. */
export function closeIdle(agent: Agent): void {
  if (agent instanceof SshHttpAgent) return agent.destroy();
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}
