import type { Duplex } from "node:stream";
import type { sendUnaryData, ServerDuplexStream, ServerUnaryCall } from "@grpc/grpc-js";
import { fieldsCodec, method } from "./message.ts";
import { notFound } from "./status-error.ts";
import type { SessionService } from "./session-service.ts";

/** Opens a connection to an ssh agent. */
export type AgentSource = () => Duplex;

interface Piece extends Record<string, Uint8Array> {
  data: Uint8Array;
}

const idRequest = fieldsCodec({ 1: "id" }, { id: "" });
const none = fieldsCodec({}, {});
const piece = fieldsCodec<Piece>({ 1: "data" }, { data: new Uint8Array() });

/** ssh agents for `RUN --mount=type=ssh`, by id; `default` is the one of a mount that names none. */
export function sshService(agents: ReadonlyMap<string, AgentSource>): SessionService {
  const find = (id: string): AgentSource | undefined => agents.get(id === "" ? "default" : id);
  return {
    announced: true,
    definition: {
      CheckAgent: method("/moby.sshforward.v1.SSH/CheckAgent", idRequest, none),
      ForwardAgent: method("/moby.sshforward.v1.SSH/ForwardAgent", piece, piece, { request: true, response: true }),
    },
    implementation: {
      CheckAgent: (call: ServerUnaryCall<{ id: string }, object>, reply: sendUnaryData<object>) => {
        const { id } = call.request;
        reply(find(id) ? null : notFound(`no ssh agent ${id} was given to this build`), {});
      },
      ForwardAgent: (call: ServerDuplexStream<Piece, Piece>) => {
        const id = String(call.metadata.get("buildkit.ssh.id")[0] ?? "");
        const open = find(id);
        if (open) forward(call, open());
        else call.emit("error", notFound(`no ssh agent ${id} was given to this build`));
      },
    },
  };
}

function forward(call: ServerDuplexStream<Piece, Piece>, agent: Duplex): void {
  agent.on("data", (data: Buffer) => {
    if (call.write({ data })) return;
    agent.pause();
    call.once("drain", () => agent.resume());
  });
  agent.once("close", () => call.end());
  // An agent that went away answers nothing more; ssh in the container says so.
  agent.on("error", () => agent.destroy());
  call.on("data", ({ data }: Piece) => {
    if (agent.write(data)) return;
    call.pause();
    agent.once("drain", () => call.resume());
  });
  call.on("end", () => agent.end());
  const lost = (): void => void agent.destroy();
  call.on("cancelled", lost);
  call.on("error", lost);
  call.on("close", lost);
}
