import type { BuildTask } from "./build-task.ts";
import type { LocalImage } from "./local-image.ts";
import type { BuildEngines, PerformBuildsOptions } from "./perform-builds-options.ts";
import { releaseTasks } from "./split-tasks.ts";

/**
 * Builds the tasks' images, or has them from their registries, in parallel; a build that takes something from another
 * one's image waits for that. Tasks with an equal build are built once. What fails does no harm to the others. The tasks'
 * files are let go of.
 *
 * @returns an image for each task but helpers, in order; one that failed has `successful: false` and its error
 * @throws {MultibuildError} before anything is built, for builds in a circle or with what no engine can do
 * @throws {TransportError} if no engine can be reached, or none any more
 * @throws the signal's reason, once everything under way has ended; images that were finished by then stay
 */
export async function performBuilds(
  tasks: readonly BuildTask[],
  engines: BuildEngines,
  options: PerformBuildsOptions = {},
): Promise<LocalImage[]> {
  try {
    // Who only splits and resolves is spared the clients of the engine and of its builders.
    const { buildTasks } = await import("./build-tasks.ts");
    return await buildTasks(tasks, engines, options);
  } finally {
    await releaseTasks(tasks);
  }
}

/** Builds one task's image, or has it from its registry. See {@link performBuilds}. */
export async function performSingleBuild(
  task: BuildTask,
  engines: BuildEngines,
  options: Omit<PerformBuildsOptions, "concurrency" | "failFast"> = {},
): Promise<LocalImage> {
  const [image] = await performBuilds([task], engines, options);
  return image as LocalImage;
}
