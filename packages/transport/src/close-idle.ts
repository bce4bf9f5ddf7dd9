import type { Agent } from "node:http";
import type Dockerode from "dockerode";
import { SshHttpAgent } from "./ssh/ssh-http-agent.ts";

/** Lets go of the connections that a Dockerode of ours holds for later; calls under way go on, except over ssh. */
export function closeIdle(docker: Dockerode): void {
  const { agent } = docker.modem as unknown as { agent: Agent };
  if (agent instanceof SshHttpAgent) return agent.destroy();
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}
