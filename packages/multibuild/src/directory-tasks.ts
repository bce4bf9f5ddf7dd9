import type { Project } from "@slipway/compose";
import type { BuildTask } from "./build-task.ts";
import { asContextImage } from "./context-image.ts";
import { contractOf } from "./contract.ts";
import { directoryFiles } from "./directory-files.ts";
import { directoryMetadata } from "./directory-metadata.ts";
import { withOutsideDockerfile } from "./outside-dockerfile.ts";
import { projectTasks } from "./project-tasks.ts";

/** What of a folder's project is wanted. */
export interface DirectoryTasksOptions {
  /** Default: all. */
  readonly services?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a build task of each service of a composition whose project is a folder. Contexts are read when they are built.
 *
 * @throws {MultibuildError} for what cannot be built, all at once; the signal's reason
 */
export async function directoryTasks(
  project: Project,
  directory: string,
  { services, signal }: DirectoryTasksOptions = {},
): Promise<BuildTask[]> {
  const tasks = projectTasks(project, { services, directory });
  const { metadata: buildMetadata, found: hasMetadata } = await directoryMetadata(directory, signal);
  return Promise.all(
    tasks.map(async (planned): Promise<BuildTask> => {
      const task = await withOutsideDockerfile(planned);
      if (task.external || task.context === undefined) return { ...task, buildMetadata };
      const files = directoryFiles(task.context, directory, hasMetadata, signal);
      if (task.helper) return { ...asContextImage(task, files), buildMetadata };
      const contract = await contractOf(task, files);
      const contracted = contract === undefined ? task : { ...task, contract };
      return { ...contracted, buildMetadata, files, buildStream: files.stream };
    }),
  );
}
