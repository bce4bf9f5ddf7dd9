import type { Duplex } from "node:stream";
import type { Engine } from "../engine.ts";
import { engineError } from "../engine-error.ts";

/** Turns a `POST /session` into a connection on which the engine is the client and we serve. */
export async function hijackSession(
  engine: Engine,
  headers: Readonly<Record<string, string | readonly string[]>>,
  signal: AbortSignal | undefined,
): Promise<Duplex> {
  signal?.throwIfAborted();
  const modem = engine.docker.modem as unknown as {
    dial(options: Record<string, unknown>, callback: (error: unknown, socket: Duplex) => void): void;
  };
  try {
    return await new Promise<Duplex>((resolve, reject) => {
      modem.dial(
        {
          path: "/session",
          method: "POST",
          hijack: true,
          headers: { Upgrade: "h2c", ...headers },
          abortSignal: signal,
          statusCodes: { 101: true, 200: true, 400: "bad parameter", 500: "server error" },
        },
        (error, socket) => (error ? reject(error) : resolve(socket)),
      );
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw engineError(error, "opening a build session");
  }
}
