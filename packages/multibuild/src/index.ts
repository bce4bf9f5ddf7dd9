export { architectureOf, defaultDeviceType } from "./architecture.ts";
export { buildProject, type BuildProjectOptions, type ProjectBuild, type ProjectSource } from "./build-project.ts";
export type { BuildTask } from "./build-task.ts";
export type { LocalImage } from "./local-image.ts";
export { MultibuildError, type MultibuildErrorCode } from "./multibuild-error.ts";
export {
  performBuilds,
  type PerformBuildsOptions,
  performSingleBuild,
  type SharedBuildOptions,
} from "./perform-builds.ts";
export { performResolution, type ResolutionOptions } from "./perform-resolution.ts";
export { projectTasks, type ProjectTasksOptions } from "./project-tasks.ts";
export type { ServiceBuildEvent, ServiceEvent } from "./service-event.ts";
export { releaseTasks, splitBuildStream, type SplitOptions } from "./split-build-stream.ts";
export type { ContextDockerfile, TaskFiles } from "./task-files.ts";
