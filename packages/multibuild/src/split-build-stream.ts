import type { Readable } from "node:stream";
import type { Project } from "@slipway/compose";
import type { BuildTask } from "./build-task.ts";
import { projectTasks } from "./project-tasks.ts";
import { splitTasks, type SplitTasksOptions } from "./split-tasks.ts";

/** How to split. */
export interface SplitOptions extends SplitTasksOptions {
  /** The services that are wanted. Default: all. */
  readonly services?: readonly string[] | undefined;
  /** The project's folder, which the archive was made of; needed where contexts are absolute paths. */
  readonly root?: string | undefined;
}

/**
 * Makes a build task of each service of a composition, from a tar stream of the project, which is read once and to its
 * end. What the services' contexts hold is kept, each file once: in memory up to a limit, then in a temporary file that
 * has no name. `performBuilds` lets go of it; if you don't get that far, `releaseTasks` does.
 *
 * The folder `.balena` or `.resin` at the archive's root is read as build metadata, and is part of no build.
 *
 * @throws {MultibuildError} for contexts that the archive does not have, and what else cannot be built, all at once
 * @throws {ContextError} for a damaged archive; the stream's own error; the signal's reason
 */
export async function splitBuildStream(
  composition: Project,
  buildStream: Readable,
  options: SplitOptions = {},
): Promise<BuildTask[]> {
  const { services, root = "", ...how } = options;
  return splitTasks(() => projectTasks(composition, { services, archiveOf: root }), buildStream, how);
}
