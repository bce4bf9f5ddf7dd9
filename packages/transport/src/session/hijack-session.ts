import type { Duplex } from "node:stream";
import type { Engine } from "../engine.ts";
import { engineError } from "../engine-error.ts";
import { hijack } from "../hijack.ts";

/** Turns a `POST /session` into a connection on which the engine is the client and we serve. */
export async function hijackSession(
  engine: Engine,
  headers: Readonly<Record<string, string | readonly string[]>>,
  signal: AbortSignal | undefined,
): Promise<Duplex> {
  signal?.throwIfAborted();
  try {
    return await hijack(engine, { path: "/session", method: "POST", headers: { Upgrade: "h2c", ...headers }, signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw engineError(error, "opening a build session");
  }
}
