import { isSlipwayError, summarize } from "@slipway/errors";
import { connect, type Engine, TransportError, type TransportErrorCode } from "@slipway/transport";
import type { Io } from "../io.ts";

/**
 * Connects to the engines at these addresses, or without any to the one that is found.
 * @throws TransportError with each of those that don't answer
 */
export async function connectEngines(hosts: readonly string[], io: Pick<Io, "env" | "signal">): Promise<Engine[]> {
  const how = { environment: io.env, signal: io.signal };
  if (hosts.length === 0) return [await connect(how)];
  const settled = await Promise.allSettled(hosts.map((host) => connect({ ...how, host })));
  const engines = settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const errors = settled.flatMap((result): unknown[] => (result.status === "rejected" ? [result.reason] : []));
  if (errors.length === 0) return engines;
  for (const engine of engines) engine.close();
  io.signal.throwIfAborted();
  const unknown = errors.find((error) => !isSlipwayError(error));
  if (unknown !== undefined) throw unknown;
  const [first, ...more] = errors.flatMap((error) => (isSlipwayError<TransportErrorCode>(error) ? error.problems : []));
  if (!first || more.length === 0) throw errors[0];
  const { code, message, options } = summarize([first, ...more]);
  throw new TransportError(code, message, { ...options, cause: errors[0] });
}
