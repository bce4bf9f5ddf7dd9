import { setTimeout as delay } from "node:timers/promises";
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

/** What an engine is wanted for. */
export interface EngineRequest {
  /** Undefined for any engine's own. */
  readonly platform: string | undefined;
  /** Engines that can do it at all. */
  readonly able: (candidate: PoolEngine) => boolean;
  /** How much speaks for an engine, of those that run the platform equally well. */
  readonly affinity: (candidate: PoolEngine) => number;
}

/** A place on an engine. */
export interface Lease {
  readonly member: PoolEngine;
  readonly runs: Runs;
  /** Gives it back; once is enough. */
  release(): void;
}

type Described = Omit<PoolEngine, "gone">;
type OnLost = (engine: Engine, error: unknown) => void;

interface Place {
  readonly member: PoolEngine;
  readonly goes: AbortController;
  running: number;
  lost?: { readonly error: unknown };
}

interface Waiter {
  readonly request: EngineRequest;
  readonly resolve: (lease: Lease) => void;
  readonly reject: (error: unknown) => void;
}

/** How often engines are looked after, and how long an answer may take, in milliseconds. */
const heartbeat = 10_000;
const patience = 20_000;
const doing = "asking the engine whether it is there";
/** What a builder says that is made to stop, and of a network that ends. */
const givenUp = /context canceled|transport is closing|shutting down|server closed/i;

const ranks: readonly Runs[] = ["natively", "emulated", "unknown"];

/** The engines of a run, and who builds on which. */
export class EnginePool {
  readonly #members: Place[];
  readonly #slots: number;
  #waiting: Waiter[] = [];

  readonly #onLost: OnLost;
  readonly #watch: NodeJS.Timeout | undefined;

  private constructor(members: readonly Described[], slots: number, onLost: OnLost) {
    this.#members = members.map((described) => {
      const goes = new AbortController();
      return { member: { ...described, gone: goes.signal }, goes, running: 0 };
    });
    this.#slots = Math.max(1, slots);
    this.#onLost = onLost;
    // A connection to a machine that is no more may stay open for ever. With one engine there is nowhere to go.
    if (members.length > 1) this.#watch = setInterval(() => void this.#look(), heartbeat).unref();
  }

  /**
   * Asks the engines what they are. Of several, those that cannot be reached are left out.
   *
   * @param slots how many may build on one engine at once
   * @param describes whether a single engine is asked too; of several all are
   * @param onLost is told of engines that cannot be reached, at first or later
   * @throws {TransportError} if none can be reached; the signal's reason
   */
  static async open(
    handles: BuildEngines,
    slots: number,
    { describes, onLost, signal }: { describes: boolean; onLost: OnLost; signal?: AbortSignal | undefined },
  ): Promise<EnginePool> {
    const engines = engineList(handles);
    const several = engines.length > 1;
    const settled = await Promise.allSettled(
      engines.map((engine) => (several || describes ? describe(engine, several, signal) : undescribed(engine))),
    );
    signal?.throwIfAborted();
    const members = settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const failures = settled.flatMap((result, i) =>
      result.status === "rejected" ? [{ engine: engines[i] as Engine, error: result.reason as unknown }] : [],
    );
    const [first] = failures;
    if (first && members.length === 0) throw first.error;
    for (const { engine, error } of failures) {
      if (!isLoss(error)) throw error;
      onLost(engine, error);
    }
    return new EnginePool(members, slots, onLost);
  }

  /** Ends the watch over the engines. */
  close(): void {
    clearInterval(this.#watch);
  }

  /**
   * Whether an engine has gone away, found out by asking it, after something failed on it.
   *
   * @param error what failed
   */
  async isGone(member: PoolEngine, error: unknown): Promise<boolean> {
    if (!this.has(member)) return true;
    // An engine that is shut down gives up its builds first, and answers for some moments more.
    const looks = givenUp.test(String((error as Error | undefined)?.message)) ? 4 : 1;
    for (let look = 1; look <= looks; look++) {
      const problem = await unreachable(member.engine);
      if (problem) {
        this.#lose(member, problem.error);
        return true;
      }
      if (look < looks) await delay(500);
    }
    return false;
  }

  /** Those that are still there. */
  get members(): readonly PoolEngine[] {
    return this.#members.flatMap(({ member, lost }) => (lost ? [] : [member]));
  }

  /** What services without a platform are built for where the engines' own platforms differ: the first one's. */
  get commonPlatform(): string | undefined {
    const natives = new Set(this.#members.map(({ member }) => member.native));
    return natives.size > 1 ? this.#members[0]?.member.native : undefined;
  }

  has(member: PoolEngine): boolean {
    return this.#members.some((one) => one.member === member && !one.lost);
  }

  /**
   * Waits for a place on an engine that runs the platform as well as any does, the least busy of these.
   *
   * @throws the error of the last engine that went away; the signal's reason
   */
  acquire(request: EngineRequest, signal: AbortSignal): Promise<Lease> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const abort = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== waiter);
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        request,
        resolve: (lease) => {
          signal.removeEventListener("abort", abort);
          resolve(lease);
        },
        reject: (error) => {
          signal.removeEventListener("abort", abort);
          reject(error as Error);
        },
      };
      signal.addEventListener("abort", abort, { once: true });
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  async #look(): Promise<void> {
    await Promise.all(
      this.members.map(async (member) => {
        const problem = await unreachable(member.engine);
        if (problem) this.#lose(member, problem.error);
      }),
    );
  }

  #lose(member: PoolEngine, error: unknown): void {
    const place = this.#members.find((one) => one.member === member);
    if (!place || place.lost) return;
    place.lost = { error };
    this.#onLost(member.engine, error);
    place.goes.abort(error);
    this.#serve();
  }

  #serve(): void {
    this.#waiting = this.#waiting.filter((waiter) => {
      const found = this.#find(waiter.request);
      if (found === "none") {
        waiter.reject(this.#lastLoss());
        return false;
      }
      if (found === "busy") return true;
      const { one, runs } = found;
      one.running += 1;
      let held = true;
      const release = (): void => {
        if (!held) return;
        held = false;
        one.running -= 1;
        this.#serve();
      };
      waiter.resolve({ member: one.member, runs, release });
      return false;
    });
  }

  #find({ platform, able, affinity }: EngineRequest): { one: Place; runs: Runs } | "busy" | "none" {
    const there = this.#members.filter(({ member, lost }) => !lost && able(member));
    const suited = there.map((one) => ({ one, runs: howRuns(one.member, platform) }));
    for (const runs of ranks) {
      const best = suited.filter((candidate) => candidate.runs === runs);
      if (best.length === 0) continue;
      const [first] = best
        .filter(({ one }) => one.running < this.#slots)
        .toSorted((a, b) => affinity(b.one.member) - affinity(a.one.member) || a.one.running - b.one.running);
      return first ?? "busy";
    }
    return "none";
  }

  #lastLoss(): unknown {
    const lost = this.#members.findLast((one) => one.lost);
    return (
      lost?.lost?.error ??
      new MultibuildError("MULTIBUILD_UNSUPPORTED", "none of the engines can do this build", {
        hint: "give an engine that can",
      })
    );
  }
}

/** Whether an error says that the engine cannot be reached. */
export function isLoss(error: unknown): boolean {
  return isSlipwayError(error, "TRANSPORT_CONNECTION_LOST") || isSlipwayError(error, "TRANSPORT_NO_ENGINE");
}

function engineList(handles: BuildEngines): Engine[] {
  const list = Array.isArray(handles) ? (handles as readonly (Engine | Dockerode)[]) : [handles as Engine | Dockerode];
  if (list.length === 0) {
    throw new MultibuildError("MULTIBUILD_UNSUPPORTED", "the list of engines to build on is empty", {
      hint: "give at least one engine",
    });
  }
  return list.map(toEngine);
}

/** Why an engine does not answer; undefined if it does. */
async function unreachable(engine: Engine): Promise<{ readonly error: unknown } | undefined> {
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

function undescribed(engine: Engine): Promise<Described> {
  return Promise.resolve({ engine, description: undefined, native: undefined });
}

async function describe(engine: Engine, several: boolean, signal: AbortSignal | undefined): Promise<Described> {
  // With one engine there is nothing to choose.
  const description = await describeEngine(engine, { nativeOnly: !several, signal });
  const native = normalizePlatform(`${description.os}/${description.architecture}`);
  return { engine, description, native };
}

function howRuns({ native, description }: PoolEngine, wanted: string | undefined): Runs {
  if (wanted === undefined) return "natively";
  if (native !== undefined && runsNatively(native, wanted)) return "natively";
  const normal = normalizePlatform(wanted);
  return description?.platforms.some((platform) => runsNatively(platform, normal)) ? "emulated" : "unknown";
}
