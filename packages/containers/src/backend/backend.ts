import type { Readable } from "node:stream";
import type { BuildRequest } from "./build-request.ts";
import type { ContainerSpec } from "./container-spec.ts";
import type { ContainerState } from "./container-state.ts";
import type { BackendConfig } from "./backend-config.ts";
import type { OperationOptions } from "./operation-options.ts";
import type { BackendPullOptions } from "./pull-options.ts";
import type { LogChunk } from "../logs/log-chunk.ts";

/** Which kind of engine. */
export type BackendType = "docker" | "containerd";

/** What not every engine can do. */
export type BackendFeature = "build" | "ports" | "networks" | "volumes" | "health";

/** What an engine knows of an image. */
export interface ImageInfo {
  readonly id: string;
  readonly names: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly created: Date;
  /** When it was last pulled, built or tagged, where the engine knows. */
  readonly tagged?: Date | undefined;
  /** `linux/amd64` */
  readonly platform: string;
  /** Bytes, where the engine knows. */
  readonly size?: number | undefined;
}

/** A command in a running container. */
export interface BackendExecOptions extends OperationOptions {
  readonly command: readonly string[];
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly workDir?: string | undefined;
  readonly user?: string | undefined;
  readonly onOutput: (chunk: LogChunk) => void;
}

/** A network or a volume on an engine. */
export interface BackendResource {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly created?: Date | undefined;
}

/** What a network or volume is made with. */
export interface ResourceRequest extends OperationOptions {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A label that must be there, with this value if one is given. */
export type LabelFilter = Readonly<Record<string, string | undefined>>;

/**
 * An engine that runs containers: everything that a client needs of one. `@slipway/containers/conformance` tells whether
 * an implementation does what it must.
 *
 * What is addressed by `id` and isn't there any more is no error in `removeContainer`, `removeImage`, `removeNetwork`,
 * `removeVolume`, `stopContainer` and `killContainer`, and undefined in the `inspect` methods.
 */
export interface Backend {
  readonly type: string;
  /** Where it is, for people: `unix:///var/run/docker.sock`. */
  readonly address: string;
  readonly features: ReadonlySet<BackendFeature>;
  /** What another process takes to reach the same engine; without it, none watches over what is made. */
  readonly config?: BackendConfig | undefined;
  /** Where a published port is reached; undefined where none can be. */
  readonly host: string | undefined;

  inspectImage(name: string, options?: OperationOptions): Promise<ImageInfo | undefined>;
  pullImage(name: string, options: BackendPullOptions): Promise<void>;
  /** Builds an image and gives it its name. */
  buildImage(request: BuildRequest): Promise<void>;
  listImages(labels: LabelFilter, options?: OperationOptions): Promise<readonly ImageInfo[]>;
  /** Takes a name from an image, and removes the image with its last one. False where a container uses it. */
  removeImage(name: string, options?: OperationOptions): Promise<boolean>;

  /** The new container's id. */
  createContainer(spec: ContainerSpec, options?: OperationOptions): Promise<string>;
  startContainer(id: string, options?: OperationOptions): Promise<void>;
  /** Asks it to end by its own signal, and kills it after `graceMs`. */
  stopContainer(id: string, options: OperationOptions & { readonly graceMs: number }): Promise<void>;
  killContainer(id: string, options: OperationOptions & { readonly killSignal: string }): Promise<void>;
  /** The exit code, once it has ended. */
  waitContainer(id: string, options?: OperationOptions): Promise<number>;
  inspectContainer(id: string, options?: OperationOptions): Promise<ContainerState | undefined>;
  listContainers(labels: LabelFilter, options?: OperationOptions): Promise<readonly ContainerState[]>;
  /** What it writes from its start on until it ends, byte for byte; asked for before the start, and read after it. */
  attach(id: string, options?: OperationOptions): Promise<AsyncIterable<LogChunk>>;
  /** What it wrote so far; with `follow` until it ends. Also of one that has ended. */
  readLogs(id: string, options: OperationOptions & { readonly follow: boolean }): AsyncIterable<LogChunk>;
  /** The exit code of a command in a running container. An abort ends the command. */
  execute(id: string, options: BackendExecOptions): Promise<number>;
  /** Unpacks a tar stream below a folder of the container, also of one that doesn't run. */
  putArchive(id: string, tar: Readable, options: OperationOptions & { readonly path: string }): Promise<void>;
  /** A file or folder as a tar stream, whose names start with the last part of `path`. */
  getArchive(id: string, path: string, options?: OperationOptions): Promise<Readable>;
  /** Removes it with its anonymous volumes, also while it runs. */
  removeContainer(id: string, options?: OperationOptions): Promise<void>;

  createNetwork(request: ResourceRequest): Promise<string>;
  listNetworks(labels: LabelFilter, options?: OperationOptions): Promise<readonly BackendResource[]>;
  removeNetwork(id: string, options?: OperationOptions): Promise<void>;
  createVolume(request: ResourceRequest): Promise<string>;
  listVolumes(labels: LabelFilter, options?: OperationOptions): Promise<readonly BackendResource[]>;
  removeVolume(id: string, options?: OperationOptions): Promise<void>;

  /** Lets go of its connections; containers stay as they are. */
  close(): void;
}
