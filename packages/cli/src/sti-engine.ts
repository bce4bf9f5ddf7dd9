import { connect, type Engine } from "@slipway/transport";
import { withEngine } from "./command-context.ts";
import type { Io } from "./io.ts";

/** Runs an action with the engine that a command's `--url` names, or else with docker's. */
export async function withStiEngine<T>(
  io: Io,
  url: string | undefined,
  action: (engine: Engine) => Promise<T>,
): Promise<T> {
  if (url === undefined) return withEngine(io, action);
  const engine = await connect({ host: url, environment: io.env, signal: io.signal });
  try {
    return await action(engine);
  } finally {
    engine.close();
  }
}
