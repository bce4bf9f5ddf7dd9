import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "@slipway/transport";
import { MultibuildError } from "./multibuild-error.ts";
import type { BuildEngines } from "./perform-builds-options.ts";
import {
  describe,
  type Described,
  engineList,
  howRuns,
  isLoss,
  type PoolEngine,
  type Runs,
  undescribed,
  unreachable,
} from "./pool-engine.ts";

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

/** How often engines are looked after, in milliseconds. */
const heartbeat = 10_000;
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
