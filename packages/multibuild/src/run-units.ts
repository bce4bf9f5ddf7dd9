import { setTimeout as delay } from "node:timers/promises";
import type { BuildUnit } from "./build-units.ts";
import { isRepeatable } from "./build-one.ts";
import type { EnginePool, Lease } from "./engine-pool.ts";
import type { PoolEngine } from "./pool-engine.ts";
import type { MadeImage } from "./local-image.ts";
import { MultibuildError } from "./multibuild-error.ts";
import { isNetworkFault } from "./network-fault.ts";
import type { ServiceBuildEvent } from "./service-event.ts";
import type { UnitImages, UnitImagesOptions } from "./unit-images.ts";

/** What became of a unit. */
export interface UnitOutcome {
  readonly member: PoolEngine | undefined;
  readonly made: MadeImage | undefined;
  /** Why there is none. */
  readonly error?: unknown;
  readonly attempts: number;
  readonly startTime: number;
  readonly endTime: number;
}

/** How units are run. */
export interface RunUnitsOptions extends UnitImagesOptions {
  /** Engines that can do a unit's build at all. */
  readonly able: (unit: BuildUnit, member: PoolEngine) => boolean;
  /** Told of each unit as it ends. */
  readonly onOutcome: (unit: BuildUnit, outcome: UnitOutcome) => void;
}

const retriesByDefault = 2;

/** Runs units in the order of their needs, each as soon as it can be. */
export class UnitRunner {
  readonly #pool: EnginePool;
  readonly #images: UnitImages;
  readonly #options: RunUnitsOptions;
  readonly #outcomes = new Map<BuildUnit, Promise<UnitOutcome>>();
  #culprit: { readonly unit: BuildUnit; readonly error: unknown } | undefined;

  constructor(pool: EnginePool, images: UnitImages, options: RunUnitsOptions) {
    this.#pool = pool;
    this.#images = images;
    this.#options = options;
  }

  /**
   * What becomes of a unit; it is begun when it is asked for.
   *
   * @throws what ends the whole run: the signal's reason, or the error of the last engine that went away
   */
  outcomeOf(unit: BuildUnit): Promise<UnitOutcome> {
    const known = this.#outcomes.get(unit);
    if (known) return known;
    const attempt = new Attempt(unit, this.#options);
    const outcome = this.#run(unit, attempt)
      .then((ended) => {
        if (ended.error !== undefined) this.#culprit ??= { unit, error: ended.error };
        this.#options.onOutcome(unit, ended);
        return ended;
      })
      // Only now: nothing else begins in its place before its end is told.
      .finally(() => attempt.close());
    this.#outcomes.set(unit, outcome);
    return outcome;
  }

  async #run(unit: BuildUnit, attempt: Attempt): Promise<UnitOutcome> {
    try {
      await this.#awaitNeeds(unit);
      const made = await this.#make(unit, attempt);
      return attempt.end({ made });
    } catch (error) {
      const { signal } = this.#options;
      // A failure that came before the abort stays the service's own.
      const aborted = signal.aborted && error === signal.reason;
      if (aborted && this.#culprit) return attempt.end({ error: notRun(unit, this.#culprit.unit, error) });
      if (aborted || this.#pool.members.length === 0) throw error;
      return attempt.end({ error });
    }
  }

  async #awaitNeeds(unit: BuildUnit): Promise<void> {
    const services = unit.needs.filter(({ first }) => !first.helper).map(({ first }) => first.serviceName);
    if (services.length > 0) this.#options.onUnitEvent(unit, { type: "waiting", services });
    const outcomes = await Promise.all(unit.needs.map((need) => this.outcomeOf(need)));
    this.#options.signal.throwIfAborted();
    for (const [i, need] of unit.needs.entries()) {
      const error = outcomes[i]?.error;
      if (error === undefined) continue;
      throw need.first.helper ? error : notRun(unit, need, error);
    }
  }

  /** Makes the image, on another engine if one goes away, and again after faults that may pass. */
  async #make(unit: BuildUnit, attempt: Attempt): Promise<MadeImage> {
    const { retries = retriesByDefault, retryOn = isNetworkFault, onUnitEvent } = this.#options;
    const { serviceName } = unit.first;
    for (let failures = 0; ;) {
      const lease = await this.#pool.acquire(this.#request(unit), attempt.signal);
      attempt.begin(lease);
      const { member } = lease;
      const signal = AbortSignal.any([attempt.signal, member.gone]);
      try {
        return await this.#images.make(unit, member, signal);
      } catch (error) {
        if (attempt.signal.aborted && error === attempt.signal.reason) throw error;
        if (await this.#pool.isGone(member, error)) {
          if (this.#pool.members.length === 0) throw member.gone.reason;
          if (!unit.tasks.every(isRepeatable)) throw member.gone.reason;
          lease.release();
          onUnitEvent(unit, { type: "moved", from: member.engine.host, error: member.gone.reason });
          continue;
        }
        failures += 1;
        if (failures > retries || !unit.tasks.every(isRepeatable) || !retryOn(error, serviceName)) throw error;
        const delayMs = 1000 * 2 ** (failures - 1);
        onUnitEvent(unit, { type: "retry", attempt: failures + 1, attempts: retries + 1, delayMs, error });
        lease.release();
        await delay(delayMs, undefined, { signal: attempt.signal }).catch(() => attempt.signal.throwIfAborted());
      }
    }
  }

  #request(unit: BuildUnit): Parameters<EnginePool["acquire"]>[0] {
    const { dockerPlatform, dockerOpts, preferredPlatform } = unit.first;
    return {
      platform: dockerPlatform ?? dockerOpts?.platform ?? preferredPlatform ?? this.#pool.commonPlatform,
      able: (member) => this.#options.able(unit, member),
      affinity: (member) => this.#images.presentOn(unit, member),
    };
  }
}

/** The course of one unit: its times, and its time limit from its first turn on. */
class Attempt {
  readonly #unit: BuildUnit;
  readonly #options: RunUnitsOptions;
  readonly #limit = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #startTime = Date.now();
  #count = 0;
  #lease: Lease | undefined;
  readonly signal: AbortSignal;

  constructor(unit: BuildUnit, options: RunUnitsOptions) {
    this.#unit = unit;
    this.#options = options;
    this.signal =
      options.timeoutMs === undefined ? options.signal : AbortSignal.any([options.signal, this.#limit.signal]);
  }

  begin(lease: Lease): void {
    const { member, runs } = lease;
    this.#lease = lease;
    this.#count += 1;
    if (this.#count === 1) {
      this.#startTime = Date.now();
      this.#startTimer();
    }
    const { dockerPlatform, preferredPlatform } = this.#unit.first;
    const platform = dockerPlatform ?? preferredPlatform;
    const event: ServiceBuildEvent = { type: "assigned", engine: member.engine.host, platform, runs };
    this.#options.onUnitEvent(this.#unit, event);
  }

  end(outcome: { made: MadeImage } | { error: unknown }): UnitOutcome {
    return {
      made: undefined,
      ...outcome,
      member: this.#lease?.member,
      attempts: this.#count,
      startTime: this.#startTime,
      endTime: Date.now(),
    };
  }

  close(): void {
    this.#lease?.release();
    clearTimeout(this.#timer);
  }

  #startTimer(): void {
    const { timeoutMs } = this.#options;
    if (timeoutMs === undefined) return;
    this.#timer = setTimeout(() => {
      const message = `service ${this.#unit.first.serviceName} was not done after ${timeoutMs / 1000} s`;
      const hint = "see what its last step waits for, or allow more";
      this.#limit.abort(new MultibuildError("MULTIBUILD_TIMED_OUT", message, { hint }));
    }, timeoutMs);
  }
}

function notRun(unit: BuildUnit, culprit: BuildUnit, cause: unknown): MultibuildError {
  const name = culprit.first.serviceName;
  const why = unit.needs.includes(culprit)
    ? `service ${name}, whose image it is built on, failed`
    : `service ${name} failed`;
  return new MultibuildError("MULTIBUILD_NOT_RUN", `service ${unit.first.serviceName} was not built, since ${why}`, {
    cause,
    hint: unit.needs.includes(culprit) ? `mend ${name}` : `mend ${name}, or let the others go on after a failure`,
  });
}
