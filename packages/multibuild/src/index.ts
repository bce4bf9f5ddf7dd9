export { architectureOf, defaultDeviceType, deviceArchitecture, platformOf } from "./architecture.ts";
export { buildProject, type BuildProjectOptions, type ProjectBuild, type ProjectSource } from "./build-project.ts";
export { BuildMetadata, type BuildMetadataParts, type BuildSecret, type Scoped } from "./build-metadata.ts";
export type { BuildTask, ReopenedStream } from "./build-task.ts";
export type { Contract } from "./contract.ts";
export { directoryTasks, type DirectoryTasksOptions } from "./directory-tasks.ts";
export { fromImageDescriptors } from "./from-image-descriptors.ts";
export type { ImageDescriptor } from "./image-descriptor.ts";
export type { LocalImage } from "./local-image.ts";
export { MultibuildError, type MultibuildErrorCode } from "./multibuild-error.ts";
export { PathUtils } from "./path-utils.ts";
export { performBuilds, performSingleBuild } from "./perform-builds.ts";
export type { BuildEngines, PerformBuildsOptions, SharedBuildOptions } from "./perform-builds-options.ts";
export { performResolution, type ResolutionOptions } from "./perform-resolution.ts";
export { projectTasks, type ProjectTasksOptions } from "./project-tasks.ts";
export {
  canonicalHubUrl,
  checkRegistrySecrets,
  parseRegistrySecrets,
  registryCredentials,
  type RegistrySecrets,
} from "./registry-secrets.ts";
export type { EngineEvent, ProjectEvent, ServiceBuildEvent, ServiceEvent } from "./service-event.ts";
export { splitBuildStream, type SplitOptions } from "./split-build-stream.ts";
export { releaseTasks, type SplitTasksOptions } from "./split-tasks.ts";
export type { ContextDockerfile, TaskFiles } from "./task-files.ts";
export type { EmulationOptions } from "./emulation.ts";
