export { ComposeError, type ComposeErrorCode } from "./compose-error.ts";
export type { ComposeHost } from "./compose-host.ts";
export { defaultComposition } from "./default-composition.ts";
export {
  type ComposeFile,
  load,
  type LoadedDocument,
  loadDocument,
  type LoadOptions,
  type LoadResult,
} from "./load.ts";
export type { Build } from "./model/build.ts";
export type { Deploy, DeviceRequest, ResourceLimits, ResourceReservations, UpdateConfig } from "./model/deploy.ts";
export type { Develop, ServiceHook, WatchRule } from "./model/develop.ts";
export type { Config, FileMount, Secret } from "./model/file-resource.ts";
export type { BlockIo, BlockIoRate, Ulimit } from "./model/limits.ts";
export type { Ipam, IpamPool, Network, ServiceNetwork } from "./model/network.ts";
export type { Port } from "./model/port.ts";
export type { Model, Project } from "./model/project.ts";
export type { Dependency, Healthcheck, Service } from "./model/service.ts";
export type {
  RawBuild,
  RawChoice,
  RawComposeFile,
  RawConfig,
  RawDeployment,
  RawModel,
  RawNetwork,
  RawSecret,
  RawService,
} from "./model/raw.ts";
export type { ServiceVolume } from "./model/service-volume.ts";
export type { Volume } from "./model/volume.ts";
export { normalize, type NormalizeOptions } from "./normalize.ts";
export { serviceToJson } from "./service-to-json.ts";
export { type DependencyEdge, type DependencyGraph, dependencyGraph, toMermaid } from "./dependency-graph.ts";
export { startOrder } from "./start-order.ts";
export { toJson } from "./to-json.ts";
export { toYaml } from "./to-yaml.ts";
export { withoutUnused } from "./without-unused.ts";
export { writeYaml } from "./write-yaml.ts";
