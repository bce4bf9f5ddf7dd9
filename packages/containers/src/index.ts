export type {
  Backend,
  BackendExecOptions,
  BackendFeature,
  BackendResource,
  BackendType,
  ImageInfo,
  LabelFilter,
  ResourceRequest,
} from "./backend/backend.ts";
export type { BackendPullOptions, PullStatus, RegistryCredentials } from "./backend/pull-options.ts";
export type { OperationOptions } from "./backend/operation-options.ts";
export type { BuildRequest, BuildStatus } from "./backend/build-request.ts";
export type { ContainerSpec, HealthCheck, Mount, NetworkAttachment, Port } from "./backend/container-spec.ts";
export type { ContainerState, PublishedPort } from "./backend/container-state.ts";
export type { CleanFilter, CleanOptions, CleanResult } from "./clean.ts";
export { Client, type ClientOptions } from "./client.ts";
export { Container, type ExecOptions, type ExecResult, type RunOptions } from "./container.ts";
export type { ContainerOptions, NetworkOptions, VolumeMount } from "./container-options.ts";
export { ContainersError, type ContainersErrorCode } from "./containers-error.ts";
export { ExitCodeError } from "./exit-code-error.ts";
export { Image, type ImagePullOptions } from "./image.ts";
export type { ImageOptions, PullPolicy } from "./image-options.ts";
export { LogBuffer } from "./logs/log-buffer.ts";
export type { LogChunk } from "./logs/log-chunk.ts";
export { Network } from "./network.ts";
export type { BackendConfig, ContainerdConfig, DockerConfig } from "./backend/backend-config.ts";
export { availableBackends, newBackend } from "./new-backend.ts";
export { Volume } from "./volume.ts";
export type { WaitStrategy } from "./wait/wait-strategy.ts";
export { allOf } from "./wait/all-of.ts";
export { forCommand } from "./wait/for-command.ts";
export { forExit } from "./wait/for-exit.ts";
export { forHealth } from "./wait/for-health.ts";
export { forHttp, type ForHttpOptions } from "./wait/for-http.ts";
export { forLog } from "./wait/for-log.ts";
export { forPort } from "./wait/for-port.ts";
export { within } from "./wait/within.ts";
