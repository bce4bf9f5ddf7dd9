import { once } from "node:events";
import type { Duplex } from "node:stream";
import { type GrpcCall, type GrpcMethod, type GrpcStatus, unary } from "./grpc-call.ts";
import { fieldsCodec } from "./message.ts";

/** Opens a connection to an ssh agent. */
export type AgentSource = () => Duplex;

const idRequest = fieldsCodec({ 1: "id" }, { id: "" });
const none = fieldsCodec({}, {});
const piece = fieldsCodec({ 1: "data" }, { data: new Uint8Array() as Uint8Array });

/** ssh agents for `RUN --mount=type=ssh`, by id; `default` is the one of a mount that names none. */
export function sshService(agents: ReadonlyMap<string, AgentSource>): Record<string, GrpcMethod> {
  const find = (id: string): AgentSource => {
    const agent = agents.get(id === "" ? "default" : id);
    if (agent) return agent;
    throw { status: "notFound", message: `no ssh agent ${id} was given to this build` } satisfies GrpcStatus;
  };
  return {
    "/moby.sshforward.v1.SSH/CheckAgent": unary(idRequest, none, ({ id }) => {
      find(id);
      return {};
    }),
    "/moby.sshforward.v1.SSH/ForwardAgent": (call) => forward(call, find(call.metadata("buildkit.ssh.id")[0] ?? "")()),
  };
}

/** Until one of the two sides ends. */
async function forward(call: GrpcCall, agent: Duplex): Promise<void> {
  const lost = (): void => void agent.destroy();
  call.signal.addEventListener("abort", lost, { once: true });
  // An agent that went away answers nothing more; ssh in the container says so.
  agent.on("error", lost);
  try {
    await Promise.all([toAgent(call, agent), fromAgent(call, agent)]);
  } finally {
    agent.destroy();
  }
}

async function toAgent(call: GrpcCall, agent: Duplex): Promise<void> {
  for await (const { data } of call.messages(piece)) {
    if (agent.destroyed) return;
    if (!agent.write(data)) await Promise.race([once(agent, "drain"), once(agent, "close")]);
  }
  agent.end();
}

async function fromAgent(call: GrpcCall, agent: Duplex): Promise<void> {
  try {
    for await (const data of agent as AsyncIterable<Buffer>) await call.write(piece, { data });
  } catch {
    // Either side is gone, which ends the other.
  }
}
