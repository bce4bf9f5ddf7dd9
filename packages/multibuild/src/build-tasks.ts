import { baseImages } from "./base-images.ts";
import type { BuildTask } from "./build-task.ts";
import { type BuildUnit, buildUnits } from "./build-units.ts";
import { checkEngines } from "./check-engines.ts";
import { EnginePool } from "./engine-pool.ts";
import { localImage, type LocalImage } from "./local-image.ts";
import type { BuildEngines, PerformBuildsOptions } from "./perform-builds-options.ts";
import { UnitRunner, type UnitOutcome } from "./run-units.ts";
import type { ServiceBuildEvent } from "./service-event.ts";
import { buildArgsOf } from "./task-build-options.ts";
import { UnitImages } from "./unit-images.ts";

const concurrencyByDefault = 8;

/** What `performBuilds` does, but for letting go of the tasks' files. */
export async function buildTasks(
  tasks: readonly BuildTask[],
  engines: BuildEngines,
  options: PerformBuildsOptions,
): Promise<LocalImage[]> {
  const { concurrency = concurrencyByDefault, failFast = false, onEvent } = options;
  options.signal?.throwIfAborted();
  const units = buildUnits(tasks, options);
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const pool = await EnginePool.open(engines, concurrency, {
    describes: tasks.some((task) => !task.external || (task.dockerPlatform ?? task.preferredPlatform) !== undefined),
    onLost: ({ host }, error) => onEvent?.({ event: { type: "engine-lost", engine: host, error } }),
    signal,
  });
  const images = new Map<BuildTask, LocalImage>();
  const own = {
    ...options,
    signal,
    onUnitEvent: ({ first }: BuildUnit, event: ServiceBuildEvent) => {
      if (!first.helper) onEvent?.({ service: first.serviceName, event });
    },
  };
  const unitImages = new UnitImages(units, pool, own);
  try {
    const able = checkEngines(units, pool, own);
    const runner = new UnitRunner(pool, unitImages, {
      ...own,
      able,
      onOutcome: (unit, outcome) => {
        for (const task of unit.tasks) {
          const image = imageOf(task, unit, outcome, options);
          images.set(task, image);
          if (!task.helper) onEvent?.({ service: task.serviceName, event: { type: "end", image } });
        }
        if (failFast && outcome.error !== undefined) stop.abort(outcome.error);
      },
    });
    for (const { first, tasks: all } of units) {
      for (const { serviceName, helper } of all.slice(1)) {
        if (!helper) onEvent?.({ service: serviceName, event: { type: "shared", with: first.serviceName } });
      }
    }
    await settled(
      units.map((unit) => runner.outcomeOf(unit)),
      stop,
    );
  } finally {
    await unitImages.removeHelpers();
    pool.close();
  }
  options.signal?.throwIfAborted();
  return tasks.flatMap((task) => (task.helper ? [] : [images.get(task) as LocalImage]));
}

/** Waits for all, and ends the others where one cannot be gone on with: not one service's failure. */
async function settled(outcomes: readonly Promise<UnitOutcome>[], stop: AbortController): Promise<void> {
  let broken: { readonly error: unknown } | undefined;
  await Promise.all(
    outcomes.map((outcome) =>
      outcome.catch((error: unknown) => {
        broken ??= { error };
        stop.abort(error);
      }),
    ),
  );
  if (broken) throw broken.error;
}

function imageOf(task: BuildTask, unit: BuildUnit, outcome: UnitOutcome, options: PerformBuildsOptions): LocalImage {
  const { made, member, error, attempts, startTime, endTime } = outcome;
  const { serviceName, external, dockerfile, projectType, dockerPlatform } = task;
  const name = task.tag ?? task.imageName ?? made?.imageId ?? "";
  return localImage(member?.engine, {
    serviceName,
    external,
    name,
    imageId: made?.imageId,
    successful: made !== undefined,
    ...(made === undefined ? { error } : {}),
    layers: made?.layers ?? [],
    baseImageTags: dockerfile === undefined ? [] : baseImages(task, buildArgsOf(task, options)),
    engine: member?.engine.host,
    platform: dockerPlatform,
    attempts,
    ...(task === unit.first ? {} : { sharedWith: unit.first.serviceName }),
    startTime,
    endTime,
    dockerfile,
    projectType,
    build: made?.build,
  });
}
