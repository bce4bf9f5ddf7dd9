import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** A connection to the engine that can be cut. */
export interface Relay {
  readonly host: string;
  /** Ends every connection that there is, at once. */
  cut(): void;
  /** From now on: `refuse` lets no connection in, and `after` cuts each one after so many bytes to the engine. */
  set(options: { refuse?: boolean; after?: number | undefined }): void;
  close(): Promise<void>;
}

/** Relays connections to the engine's socket, from another socket or a port. */
export async function startRelay(engine: string, from: "socket" | "port" = "socket"): Promise<Relay> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-relay-"));
  const socketPath = path.join(folder, "engine.sock");
  const open = new Set<Socket>();
  let refuse = false;
  let after: number | undefined;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (refuse) {
      near.destroy();
      return;
    }
    const far = connect({ path: engine, allowHalfOpen: true });
    let sent = 0;
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on("data", (chunk: Buffer) => {
      sent += chunk.length;
      if (after !== undefined && sent > after) near.destroy();
    });
    near.pipe(far).pipe(near);
  });
  if (from === "socket") server.listen(socketPath);
  else server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    host: typeof address === "object" && address ? `tcp://127.0.0.1:${address.port}` : `unix://${socketPath}`,
    cut,
    set: (options) => {
      refuse = options.refuse ?? refuse;
      after = "after" in options ? options.after : after;
    },
    close: async () => {
      cut();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
