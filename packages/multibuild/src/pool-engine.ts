import { isSlipwayError } from "@slipway/errors";
import {
  describeEngine,
  type Dockerode,
  type Engine,
  type EngineDescription,
  engineError,
  toEngine,
} from "@slipway/transport";
import { MultibuildError } from "./multibuild-error.ts";
import { orAborted } from "./or-aborted.ts";
import type { BuildEngines } from "./perform-builds-options.ts";
import { normalizePlatform, runsNatively } from "./platform.ts";

/** How long an engine's answer may take, in milliseconds. */
const patience = 20_000;
const doing = "asking the engine whether it is there";

/** How an engine runs a platform, the best first. */
export type Runs = "natively" | "emulated" | "unknown";

/** One of the engines. */
export interface PoolEngine {
  readonly engine: Engine;
  /** Undefined where nothing depends on it. */
  readonly description: EngineDescription | undefined;
  /** `linux/arm64`: what the machine itself is, as far as that was asked. */
  readonly native: string | undefined;
  /** Aborts, with the error that shows it, once the engine has gone away. */
  readonly gone: AbortSignal;
}

/** What an engine says of itself. */
export type Described = Omit<PoolEngine, "gone">;

/** Whether an error says that the engine cannot be reached. */
export function isLoss(error: unknown): boolean {
  return isSlipwayError(error, "TRANSPORT_CONNECTION_LOST") || isSlipwayError(error, "TRANSPORT_NO_ENGINE");
}

/** One engine or several as a list. */
export function engineList(handles: BuildEngines): Engine[] {
  const list = Array.isArray(handles) ? (handles as readonly (Engine | Dockerode)[]) : [handles as Engine | Dockerode];
  if (list.length === 0) {
    throw new MultibuildError("MULTIBUILD_UNSUPPORTED", "the list of engines to build on is empty", {
      hint: "give at least one engine",
    });
  }
  return list.map(toEngine);
}

/** Why an engine does not answer; undefined if it does. */
export async function unreachable(engine: Engine): Promise<{ readonly error: unknown } | undefined> {
  const limit = new AbortController();
  const late = Object.assign(new Error(`no answer in ${patience / 1000} s`), { code: "ETIMEDOUT" });
  const timer = setTimeout(() => limit.abort(late), patience);
  try {
    await orAborted(engine.docker.ping(), limit.signal);
    return undefined;
  } catch (error) {
    const known = engineError(error, doing);
    return isLoss(known) ? { error: known } : undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** An engine of which nothing needs to be known. */
export function undescribed(engine: Engine): Promise<Described> {
  return Promise.resolve({ engine, description: undefined, native: undefined });
}

/** Asks an engine what it is; one of several, also what it emulates. */
export async function describe(engine: Engine, several: boolean, signal: AbortSignal | undefined): Promise<Described> {
  // With one engine there is nothing to choose.
  const description = await describeEngine(engine, { nativeOnly: !several, signal });
  const native = normalizePlatform(`${description.os}/${description.architecture}`);
  return { engine, description, native };
}

/** How an engine runs a platform. */
export function howRuns({ native, description }: PoolEngine, wanted: string | undefined): Runs {
  if (wanted === undefined) return "natively";
  if (native !== undefined && runsNatively(native, wanted)) return "natively";
  const normal = normalizePlatform(wanted);
  return description?.platforms.some((platform) => runsNatively(platform, normal)) ? "emulated" : "unknown";
}
