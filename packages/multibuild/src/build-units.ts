import type { Problem } from "@slipway/errors";
import { touchedImages } from "./base-images.ts";
import type { BuildTask } from "./build-task.ts";
import { MultibuildError, type MultibuildErrorCode } from "./multibuild-error.ts";
import type { PerformBuildsOptions } from "./perform-builds-options.ts";
import { imageKey } from "./image-key.ts";
import { SameBuild } from "./same-build.ts";
import { buildArgsOf } from "./task-build-options.ts";

/** Tasks that one build, or one pull, is done for. */
export interface BuildUnit {
  /** The one that the build is done as. */
  readonly first: BuildTask;
  /** All of them. */
  readonly tasks: readonly BuildTask[];
  /** Those whose images it takes something from. */
  readonly needs: readonly BuildUnit[];
}

/**
 * Groups tasks by equal builds, and finds which builds take something from images that others make: by
 * `additional_contexts`, and by the names in their Dockerfiles.
 *
 * @throws {MultibuildError} `MULTIBUILD_CYCLE`, for all circles
 */
export function buildUnits(tasks: readonly BuildTask[], options: PerformBuildsOptions): BuildUnit[] {
  refuseNeedsInCircles(tasks);
  const sameBuild = new SameBuild();
  const groups = new Map<string, BuildTask[]>();
  for (const task of tasks) {
    const key = sameBuild.keyOf(task, options);
    const group = groups.get(key);
    if (group) group.push(task);
    else groups.set(key, [task]);
  }
  const units: (BuildUnit & { needs: BuildUnit[] })[] = [...groups.values()].map((group) => ({
    first: group[0] as BuildTask,
    tasks: group,
    needs: [],
  }));
  const byService = new Map(units.flatMap((unit) => unit.tasks.map((task) => [task.serviceName, unit] as const)));
  const byImage = new Map(
    units.flatMap((unit) => unit.tasks.flatMap((task) => namesOf(task).map((name) => [imageKey(name), unit] as const))),
  );
  for (const unit of units) {
    const { first } = unit;
    if (first.external) continue;
    const wanted = [
      ...(first.neededServices ?? []).map((service) => byService.get(service)),
      ...touchedImages(first, buildArgsOf(first, options)).map(({ image }) => byImage.get(imageKey(image))),
    ];
    // An image that is built on one of its own name goes on from what there was.
    unit.needs.push(...new Set(wanted.filter((other) => other !== undefined && other !== unit) as BuildUnit[]));
  }
  refuseCircles<BuildUnit>(
    units,
    ({ needs }) => needs,
    ({ first }) => first.serviceName,
  );
  return units;
}

/** The names that a build gives its image. */
function namesOf(task: BuildTask): string[] {
  if (task.external) return [];
  return [...(task.tag === undefined ? [] : [task.tag]), ...(task.dockerOpts?.tags ?? [])];
}

/** By `additional_contexts` alone, before equal builds become one: a service may even name itself. */
function refuseNeedsInCircles(tasks: readonly BuildTask[]): void {
  const byService = new Map(tasks.map((task) => [task.serviceName, task]));
  refuseCircles(
    tasks,
    ({ neededServices = [] }) => neededServices.flatMap((service) => byService.get(service) ?? []),
    ({ serviceName }) => serviceName,
  );
}

function refuseCircles<T>(all: readonly T[], needsOf: (one: T) => readonly T[], nameOf: (one: T) => string): void {
  const problems: Problem<MultibuildErrorCode>[] = [];
  const done = new Set<T>();
  const visit = (one: T, path: readonly T[]): void => {
    const at = path.indexOf(one);
    if (at >= 0) {
      const names = [...path.slice(at), one].map(nameOf);
      problems.push({
        code: "MULTIBUILD_CYCLE",
        message: `services are built on each other's images in a circle: ${names.join(" → ")}`,
        hint: "move what they share into an image that is built on none of them",
      });
      return;
    }
    if (done.has(one)) return;
    for (const need of needsOf(one)) visit(need, [...path, one]);
    done.add(one);
  };
  for (const one of all) visit(one, []);
  MultibuildError.throwAll(problems);
}
