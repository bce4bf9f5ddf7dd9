import { connect } from "node:net";
import type { AgentSource } from "./ssh-service.ts";

/** The ssh agent that listens at this socket, as `SSH_AUTH_SOCK` names it. */
export function agentSocket(path: string): AgentSource {
  return () => connect(path);
}
