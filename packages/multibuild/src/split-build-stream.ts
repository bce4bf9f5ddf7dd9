import type { Readable } from "node:stream";
import type { Project } from "@slipway/compose";
import { splitTar } from "@slipway/context";
import type { BuildTask } from "./build-task.ts";
import { MultibuildError } from "./multibuild-error.ts";
import { projectTasks } from "./project-tasks.ts";
import { splitFiles } from "./split-files.ts";

/** How to split. */
export interface SplitOptions {
  /** The services that are wanted. Default: all. */
  readonly services?: readonly string[] | undefined;
  /** The project's folder, which the archive was made of; needed where contexts are absolute paths. */
  readonly root?: string | undefined;
  /** How much is kept in memory, in bytes, before a temporary file takes the rest. Default: 16 MiB. */
  readonly memoryLimit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Folders whose files would steer a build, and that are not read yet. */
const metadataFolders = [".balena", ".resin"];

/**
 * Makes a build task of each service of a composition, from a tar stream of the project, which is read once and to its
 * end. What the services' contexts hold is kept, each file once: in memory up to a limit, then in a temporary file that
 * has no name. {@link performBuilds} lets go of it; if you don't get that far, {@link releaseTasks} does.
 *
 * @throws {MultibuildError} for contexts that the archive does not have, and what else cannot be built, all at once
 * @throws {ContextError} for a damaged archive; the stream's own error; the signal's reason
 */
export async function splitBuildStream(
  composition: Project,
  buildStream: Readable,
  options: SplitOptions = {},
): Promise<BuildTask[]> {
  const { services, root, memoryLimit, signal } = options;
  // The stream may fail while nothing reads it yet.
  buildStream.on("error", () => undefined);
  let tasks: BuildTask[];
  try {
    tasks = projectTasks(composition, { services, archiveOf: root ?? "" });
  } catch (error) {
    buildStream.destroy();
    throw error;
  }
  const built = tasks.filter((task) => !task.external);
  const parts = [
    ...built.map(({ serviceName, context = "." }) => ({ id: `service ${serviceName}`, context })),
    ...metadataFolders.map((context) => ({ id: context, context })),
  ];
  const split = await splitTar(buildStream, parts, { memoryLimit, signal });
  const waiting = new Set(built);
  const release = async (task: BuildTask): Promise<void> => {
    if (waiting.delete(task) && waiting.size === 0) await split.close();
  };
  try {
    MultibuildError.throwAll([
      ...metadataFolders
        .filter((folder) => split.entries(folder).some(({ header }) => header.type !== "directory"))
        .map((folder) => ({
          code: "MULTIBUILD_UNSUPPORTED" as const,
          message: `the archive has build metadata in \`${folder}/\`, which is not supported`,
          hint: "give variables as build arguments and take the folder out of the archive",
        })),
      ...built
        .filter(({ serviceName }) => split.entries(`service ${serviceName}`).length === 0)
        .map(({ serviceName, context = "." }) => ({
          code: "MULTIBUILD_CONTEXT_EMPTY" as const,
          message: `service ${serviceName}: the archive has nothing in the folder \`${context}\``,
          hint: "correct `build.context`, or put the folder into the archive; if it is a link, name the folder itself",
          path: `services.${serviceName}.build.context`,
        })),
    ]);
  } catch (error) {
    await split.close();
    throw error;
  }
  if (built.length === 0) await split.close();
  return tasks.map((task) => {
    if (task.external) return task;
    const files = splitFiles(split, `service ${task.serviceName}`, task.context ?? ".", () => release(task));
    return { ...task, files, buildStream: files.stream };
  });
}

/** Lets go of the files of tasks that are not going to be built. */
export async function releaseTasks(tasks: readonly BuildTask[]): Promise<void> {
  for (const task of tasks) {
    task.buildStream?.destroy();
    await task.files?.close();
  }
}
