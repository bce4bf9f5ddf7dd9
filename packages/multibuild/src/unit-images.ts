import type { BuildEvent } from "@slipway/build";
import { removeImage } from "@slipway/transport";
import { type TouchedImage, touchedImages } from "./base-images.ts";
import { buildOne } from "./build-one.ts";
import type { BuildUnit } from "./build-units.ts";
import { checkPlatform } from "./check-platform.ts";
import type { EnginePool } from "./engine-pool.ts";
import type { PoolEngine } from "./pool-engine.ts";
import { imageKey } from "./image-key.ts";
import type { MadeImage } from "./local-image.ts";
import { orAborted } from "./or-aborted.ts";
import type { PerformBuildsOptions } from "./perform-builds-options.ts";
import { pullWanted } from "./pull-wanted.ts";
import type { ServiceBuildEvent } from "./service-event.ts";
import { buildArgsOf, registrySecretsOf } from "./task-build-options.ts";
import { transferImages } from "./transfer-image.ts";

/** How images are made. */
export interface UnitImagesOptions extends PerformBuildsOptions {
  readonly onUnitEvent: (unit: BuildUnit, event: ServiceBuildEvent) => void;
  /** Of the whole run. */
  readonly signal: AbortSignal;
}

/** Makes the images of units on engines, and brings along those that they are built on. */
export class UnitImages {
  readonly #units: readonly BuildUnit[];
  readonly #pool: EnginePool;
  readonly #options: UnitImagesOptions;
  /** Where the images are. */
  readonly #made = new Map<BuildUnit, Map<PoolEngine, MadeImage>>();
  readonly #begun = new Set<BuildUnit>();
  readonly #platforms = new Map<BuildUnit, Promise<string | undefined>>();
  /** What is on its way to an engine, or is there. */
  readonly #provided = new Map<PoolEngine, Map<BuildUnit, Promise<void>>>();

  constructor(units: readonly BuildUnit[], pool: EnginePool, options: UnitImagesOptions) {
    this.#units = units;
    this.#pool = pool;
    this.#options = options;
  }

  /** How many of the images that a unit is built on are on an engine already. */
  presentOn(unit: BuildUnit, member: PoolEngine): number {
    return unit.needs.filter((need) => this.#made.get(need)?.has(member)).length;
  }

  /** Has a unit's image on an engine, with those that it is built on. */
  async make(unit: BuildUnit, member: PoolEngine, signal: AbortSignal): Promise<MadeImage> {
    await Promise.all(unit.needs.map((need) => orAborted(this.#provide(need, unit, member), signal)));
    const made = unit.first.external ? await this.#pull(unit, member, signal) : await this.#build(unit, member, signal);
    const places = this.#made.get(unit) ?? new Map<PoolEngine, MadeImage>();
    this.#made.set(unit, places.set(member, made));
    return made;
  }

  /** Removes the images that were made for the builds only. */
  async removeHelpers(): Promise<void> {
    for (const [{ first, tasks }, places] of this.#made) {
      if (!first.helper) continue;
      for (const { engine } of places.keys()) {
        for (const { tag = "" } of tasks) await removeImage(engine, tag, { force: true }).catch(() => undefined);
      }
    }
  }

  /** Once for each engine, whoever asks first; the others wait for it. */
  #provide(need: BuildUnit, wantedBy: BuildUnit, member: PoolEngine): Promise<void> {
    const there = this.#provided.get(member) ?? new Map<BuildUnit, Promise<void>>();
    this.#provided.set(member, there);
    const known = there.get(need);
    if (known) return known;
    const providing = this.#bring(need, wantedBy, member);
    there.set(need, providing);
    providing.catch(() => there.delete(need));
    return providing;
  }

  async #bring(need: BuildUnit, wantedBy: BuildUnit, member: PoolEngine): Promise<void> {
    const { signal } = this.#options;
    const places = this.#made.get(need) ?? new Map<PoolEngine, MadeImage>();
    if (places.has(member)) return;
    for (const [from, made] of need.first.external ? [] : places) {
      if (!this.#pool.has(from)) continue;
      const names = namesOf(need);
      try {
        this.#options.onUnitEvent(wantedBy, {
          type: "transfer",
          image: names[0] ?? made.imageId,
          from: from.engine.host,
          to: member.engine.host,
        });
        await transferImages(names, from.engine, member.engine, AbortSignal.any([signal, from.gone, member.gone]));
        places.set(member, made);
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!(await this.#pool.isGone(from, error))) throw error;
      }
    }
    // The engine that had it is no more.
    await this.make(need, member, AbortSignal.any([signal, member.gone]));
  }

  async #pull({ first, tasks }: BuildUnit, { engine }: PoolEngine, signal: AbortSignal): Promise<MadeImage> {
    const { imageName: name = "", dockerPlatform, preferredPlatform } = first;
    const secrets = registrySecretsOf(first, this.#options);
    const wanted = dockerPlatform ?? preferredPlatform;
    const isThere = wanted !== undefined && (await orAborted(checkPlatform(engine, name, wanted, secrets), signal));
    const platform = isThere ? wanted : dockerPlatform;
    const always = this.#options.pull ?? false;
    const imageId = await pullWanted(
      engine,
      { name, platform, secrets, always },
      {
        signal,
        onProgress: (progress) => {
          const { layer, status } = progress;
          const text = { ...progress, toString: () => (layer === undefined ? status : `${layer}: ${status}`) };
          for (const task of tasks) {
            task.progressHook?.(text);
            this.#options.onEvent?.({ service: task.serviceName, event: { type: "pull", ...progress } });
          }
        },
      },
    );
    return { imageId, layers: [] };
  }

  async #build(unit: BuildUnit, member: PoolEngine, signal: AbortSignal): Promise<MadeImage> {
    const { first, tasks, needs } = unit;
    const { engine } = member;
    const platform = await orAborted(this.#platformOf(unit, member), signal);
    const others = this.#othersOf(unit);
    const secrets = registrySecretsOf(first, this.#options);
    const pulls = this.#options.pull ?? first.dockerOpts?.pull ?? false;
    // The engine would ask registries for the project's own images too, which have none of them.
    if (pulls && needs.length > 0) {
      for (const { image, platform: wanted = platform } of others) {
        await pullWanted(engine, { name: image, platform: wanted, secrets, always: true }, { signal });
      }
    }
    const again = this.#begun.has(unit);
    this.#begun.add(unit);
    return await buildOne(first, tasks, engine, {
      ...this.#options,
      ...(needs.length > 0 ? { pull: false } : {}),
      tags: tasks
        .slice(1)
        .flatMap(({ tag, dockerOpts }) => [...(tag === undefined ? [] : [tag]), ...(dockerOpts?.tags ?? [])]),
      platform,
      description: member.description,
      again,
      onBuildEvent: (event: BuildEvent) => this.#options.onUnitEvent(unit, event),
      signal,
    });
  }

  /** What a unit is built for; undefined for the engine's own. Told once, since other builds depend on it. */
  #platformOf(unit: BuildUnit, member: PoolEngine): Promise<string | undefined> {
    const known = this.#platforms.get(unit);
    if (known) return known;
    const platform = this.#findPlatform(unit, member);
    this.#platforms.set(unit, platform);
    platform.catch(() => this.#platforms.delete(unit));
    return platform;
  }

  async #findPlatform(unit: BuildUnit, member: PoolEngine): Promise<string | undefined> {
    const { dockerPlatform, dockerOpts, preferredPlatform, helper } = unit.first;
    // Builders take files only from images of the platform that they build for.
    const user = helper ? this.#units.find(({ needs }) => needs.includes(unit)) : undefined;
    if (user) return await this.#platformOf(user, member);
    const own = dockerPlatform ?? dockerOpts?.platform ?? this.#pool.commonPlatform;
    const wanted = own ?? preferredPlatform;
    if (wanted === undefined) return undefined;
    const secrets = registrySecretsOf(unit.first, this.#options);
    let isThere = true;
    for (const { image, platform = wanted } of this.#othersOf(unit)) {
      if (await checkPlatform(member.engine, image, platform, secrets)) continue;
      isThere = false;
      if (own !== undefined) continue;
      const message = `${image} is not known to be there for ${wanted}: ${unit.first.serviceName} is built without a platform`;
      this.#options.onUnitEvent(unit, { type: "warning", message });
    }
    return isThere ? wanted : own;
  }

  /** The images that a build takes something from and that no other unit makes. */
  #othersOf({ first, needs }: BuildUnit): TouchedImage[] {
    const own = new Set(needs.flatMap((need) => namesOf(need).map(imageKey)));
    return touchedImages(first, buildArgsOf(first, this.#options)).filter(({ image }) => !own.has(imageKey(image)));
  }
}

/** The names that a unit's image goes by. */
export function namesOf({ first, tasks }: BuildUnit): string[] {
  if (first.external) return first.imageName === undefined ? [] : [first.imageName];
  return tasks.flatMap(({ tag, dockerOpts }) => [...(tag === undefined ? [] : [tag]), ...(dockerOpts?.tags ?? [])]);
}
