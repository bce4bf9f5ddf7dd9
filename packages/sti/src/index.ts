export { build } from "./build.ts";
export type { BuildResult } from "./build-result.ts";
export { fileExistsInContainer } from "./path-stat.ts";
export type { BuildMethod, BuildRequest, Request, SourceOptions, ValidateRequest } from "./request.ts";
export { StiError, type StiErrorCode, type StiErrorOptions } from "./sti-error.ts";
export type { StiEvent, StiStage } from "./sti-event.ts";
export type { StiRun } from "./sti-run.ts";
