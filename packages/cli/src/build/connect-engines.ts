import type { EngineEvent } from "@slipway/multibuild";
import { isSlipwayError, summarize } from "@slipway/errors";
import { connect, type Engine, TransportError, type TransportErrorCode } from "@slipway/transport";
import type { Io } from "../io.ts";

/** The engines that answer, and why others don't. */
export interface ConnectedEngines {
  readonly engines: readonly Engine[];
  readonly lost: readonly EngineEvent[];
}

/**
 * Connects to the engines at these addresses, or without any to the one that is found. As long as one of several answers,
 * the others may be away.
 * @throws TransportError if none answers, with what each said; also for an address that is none
 */
export async function connectEngines(
  hosts: readonly string[],
  io: Pick<Io, "env" | "signal">,
): Promise<ConnectedEngines> {
  const how = { environment: io.env, signal: io.signal };
  if (hosts.length === 0) return { engines: [await connect(how)], lost: [] };
  const settled = await Promise.allSettled(hosts.map((host) => connect({ ...how, host })));
  const engines = settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const errors = settled.flatMap((result): unknown[] => (result.status === "rejected" ? [result.reason] : []));
  if (engines.length > 0 && errors.every((error) => isSlipwayError(error, "TRANSPORT_NO_ENGINE"))) {
    const lost = settled.flatMap((result, index): EngineEvent[] => {
      if (result.status === "fulfilled") return [];
      return [{ event: { type: "engine-lost", engine: hosts[index] as string, error: result.reason } }];
    });
    return { engines, lost };
  }
  for (const engine of engines) engine.close();
  io.signal.throwIfAborted();
  const unknown = errors.find((error) => !isSlipwayError(error));
  if (unknown !== undefined) throw unknown;
  const [first, ...more] = errors.flatMap((error) => (isSlipwayError<TransportErrorCode>(error) ? error.problems : []));
  if (!first || more.length === 0) throw errors[0];
  const { code, message, options } = summarize([first, ...more]);
  throw new TransportError(code, message, { ...options, cause: errors[0] });
}
