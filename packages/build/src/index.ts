export { build, buildDirectory, type BuildResult, type BuildRun, buildSource } from "./build.ts";
export { BuildError, type BuildErrorCode, type BuildErrorOptions } from "./build-error.ts";
export type { BuilderName, BuildEvent, StepState } from "./build-event.ts";
export type { BuildHooks, ErrorHandler } from "./build-hooks.ts";
export type {
  BuildOptions,
  DirectoryBuildOptions,
  RegistryAuthSource,
  RegistryCredentials,
  SecretSource,
  SshSource,
  Ulimit,
} from "./build-options.ts";
export { type BuilderChoice, chooseBuilder } from "./builder-choice.ts";
export { buildStageImages, type StageImagesOptions } from "./build-stage-images.ts";
export type { BuiltStep } from "./build-tally.ts";
export { Builder, type EngineBuildOptions } from "./builder.ts";
export type { BuilderEngine } from "./builder-support.ts";
export { checkOptions } from "./check-options.ts";
export type { ContextSource, SourceBuildOptions } from "./context-source.ts";
export { directorySource, type DirectorySourceOptions, type InsteadFile } from "./directory-source.ts";
export type { DockerOptions } from "./docker-options.ts";
