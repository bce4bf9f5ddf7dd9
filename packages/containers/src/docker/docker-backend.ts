import type { Readable } from "node:stream";
import {
  connect,
  type Engine,
  engineError,
  execute,
  getArchive,
  hijack,
  inspectImage,
  parseReference,
  pullImage,
  putArchive,
  removeImage,
} from "@slipway/transport";
import type {
  Backend,
  BackendExecOptions,
  BackendFeature,
  BackendResource,
  ImageInfo,
  LabelFilter,
  ResourceRequest,
} from "../backend/backend.ts";
import type { BackendPullOptions } from "../backend/pull-options.ts";
import type { OperationOptions } from "../backend/operation-options.ts";
import type { BuildRequest } from "../backend/build-request.ts";
import type { ContainerSpec } from "../backend/container-spec.ts";
import type { ContainerState } from "../backend/container-state.ts";
import type { DockerConfig } from "../backend/backend-config.ts";
import type { LogChunk } from "../logs/log-chunk.ts";
import { buildOnEngine } from "./build-on-engine.ts";
import { createOptions } from "./create-options.ts";
import { imageInfo } from "./image-info.ts";
import { demultiplex, readEngineLogs } from "./read-engine-logs.ts";
import { listedState, stateOf } from "./state-of.ts";

/** Docker Engine, and what speaks its API: podman, balenaEngine, colima, Docker Desktop. */
export class DockerBackend implements Backend {
  readonly type = "docker";
  readonly features: ReadonlySet<BackendFeature> = new Set(["build", "ports", "networks", "volumes", "health"]);
  readonly config: DockerConfig | undefined;
  readonly #engine: Engine;

  /** @param config how to reach the engine from another process; without it there is no reaper */
  constructor(engine: Engine, config?: DockerConfig) {
    this.#engine = engine;
    this.config = config;
  }

  /** @throws TransportError TRANSPORT_NO_ENGINE */
  static async open(options: Omit<DockerConfig, "type"> & OperationOptions): Promise<DockerBackend> {
    const { host, environment, signal } = options;
    const engine = await connect({ host, environment, signal });
    // One that was found by the environment is found by it again, with its TLS files.
    const local = /^(unix|npipe):/.test(engine.host);
    return new DockerBackend(engine, { type: "docker", host: host ?? (local ? engine.host : undefined), environment });
  }

  get address(): string {
    return this.#engine.host;
  }

  get host(): string {
    return this.#engine.host.startsWith("unix:") || this.#engine.host.startsWith("npipe:")
      ? "127.0.0.1"
      : new URL(this.#engine.host.replace(/^(tcp|ssh):/, "http:")).hostname.replace(/^\[(.*)\]$/, "$1");
  }

  async inspectImage(name: string): Promise<ImageInfo | undefined> {
    const found = await inspectImage(this.#engine, name);
    if (!found) return undefined;
    return imageInfo(found);
  }

  async pullImage(name: string, options: BackendPullOptions): Promise<void> {
    const { platform, auth, retries, onStatus, signal } = options;
    await pullImage(this.#engine, name, {
      platform,
      retries,
      signal,
      auth: auth && { ...auth, serveraddress: parseReference(name).domain },
      onProgress: onStatus && (({ status, layer, current, total }) => onStatus({ status, layer, current, total })),
    });
  }

  buildImage(request: BuildRequest): Promise<void> {
    return buildOnEngine(this.#engine, request);
  }

  async listImages(labels: LabelFilter, { signal }: OperationOptions = {}): Promise<readonly ImageInfo[]> {
    const listed = await this.#call("listing images", () =>
      this.#engine.docker.listImages({ filters: { label: labelList(labels) }, ...abortable(signal) }),
    );
    const images = await Promise.all(listed.map(({ Id }) => this.inspectImage(Id)));
    return images.filter((image) => image !== undefined);
  }

  async removeImage(name: string): Promise<boolean> {
    try {
      await removeImage(this.#engine, name);
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === "TRANSPORT_CONFLICT") return false;
      throw error;
    }
  }

  async createContainer(spec: ContainerSpec, { signal }: OperationOptions = {}): Promise<string> {
    const { docker } = this.#engine;
    const created = await this.#call(`creating a container of ${spec.image}`, () =>
      docker.createContainer({ ...createOptions(spec), ...abortable(signal) }),
    );
    try {
      // The engine takes one network when it makes a container; further ones come after.
      for (const { network, aliases } of spec.networks.slice(1)) {
        await docker.getNetwork(network).connect({
          Container: created.id,
          EndpointConfig: { Aliases: [...aliases] },
          ...abortable(signal),
        });
      }
    } catch (error) {
      await this.removeContainer(created.id);
      throw engineError(error, `connecting a container of ${spec.image} to its networks`);
    }
    return created.id;
  }

  async startContainer(id: string, { signal }: OperationOptions = {}): Promise<void> {
    await this.#unless([304], `starting container ${id.slice(0, 12)}`, () =>
      this.#container(id).start(abortable(signal)),
    );
  }

  async stopContainer(id: string, { graceMs, signal }: OperationOptions & { readonly graceMs: number }): Promise<void> {
    const t = Math.ceil(graceMs / 1_000);
    await this.#unless([304, 404], `stopping container ${id.slice(0, 12)}`, () =>
      this.#container(id).stop({ t, ...abortable(signal) }),
    );
  }

  async killContainer(
    id: string,
    { killSignal, signal }: OperationOptions & { readonly killSignal: string },
  ): Promise<void> {
    try {
      await this.#container(id).kill({ signal: killSignal, ...abortable(signal) });
    } catch (error) {
      // One that has ended is no error; docker says so by a status of its own, podman by a general one.
      if ((await this.inspectContainer(id))?.status === "running") {
        throw engineError(error, `killing container ${id.slice(0, 12)}`);
      }
    }
  }

  async waitContainer(id: string, { signal }: OperationOptions = {}): Promise<number> {
    const answer = await this.#call(`waiting for container ${id.slice(0, 12)}`, () =>
      this.#container(id).wait({ condition: "not-running", ...abortable(signal) }),
    );
    return (answer as { StatusCode: number }).StatusCode;
  }

  async inspectContainer(id: string, { signal }: OperationOptions = {}): Promise<ContainerState | undefined> {
    try {
      return stateOf(await this.#container(id).inspect(abortable(signal)));
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return undefined;
      signal?.throwIfAborted();
      throw engineError(error, `inspecting container ${id.slice(0, 12)}`);
    }
  }

  async listContainers(labels: LabelFilter, { signal }: OperationOptions = {}): Promise<readonly ContainerState[]> {
    const listed = await this.#call("listing containers", () =>
      this.#engine.docker.listContainers({
        all: true,
        filters: { label: labelList(labels) },
        ...abortable(signal),
      }),
    );
    return listed.map(listedState);
  }

  async attach(id: string, { signal }: OperationOptions = {}): Promise<AsyncIterable<LogChunk>> {
    const stream = await this.#call(`attaching to container ${id.slice(0, 12)}`, () =>
      hijack(this.#engine, {
        // The last character of a path with a query is taken off on the way.
        path: `/containers/${id}/attach?stream=1&stdout=1&stderr=1&`,
        method: "POST",
        headers: { Connection: "Upgrade", Upgrade: "tcp" },
        signal,
      }),
    );
    // Until it is read, nobody else listens; whoever reads learns of it.
    stream.on("error", () => undefined);
    return demultiplex(stream, signal);
  }

  readLogs(id: string, options: OperationOptions & { readonly follow: boolean }): AsyncIterable<LogChunk> {
    return readEngineLogs(this.#engine, id, options);
  }

  async execute(id: string, options: BackendExecOptions): Promise<number> {
    const { command, variables, workDir, user, onOutput, signal } = options;
    const { exitCode } = await execute(this.#engine, id, {
      cmd: [...command],
      env: variables,
      workdir: workDir,
      user,
      onOutput,
      signal,
    });
    return exitCode;
  }

  putArchive(id: string, tar: Readable, options: OperationOptions & { readonly path: string }): Promise<void> {
    return putArchive(this.#engine, id, tar, options);
  }

  getArchive(id: string, path: string, options: OperationOptions = {}): Promise<Readable> {
    return getArchive(this.#engine, id, path, options);
  }

  async removeContainer(id: string, { signal }: OperationOptions = {}): Promise<void> {
    // 409: another removal of it is under way.
    await this.#unless([404, 409], `removing container ${id.slice(0, 12)}`, () =>
      this.#container(id).remove({ force: true, v: true, ...abortable(signal) }),
    );
  }

  async createNetwork({ name, labels, signal }: ResourceRequest): Promise<string> {
    const network = await this.#call(`making network ${name}`, () =>
      this.#engine.docker.createNetwork({
        Name: name,
        CheckDuplicate: true,
        Labels: { ...labels },
        ...abortable(signal),
      }),
    );
    return network.id;
  }

  async listNetworks(labels: LabelFilter, { signal }: OperationOptions = {}): Promise<readonly BackendResource[]> {
    const listed = await this.#call("listing networks", () =>
      this.#engine.docker.listNetworks({ filters: { label: labelList(labels) }, ...abortable(signal) }),
    );
    return listed.map(({ Id, Name, Labels, Created }) => ({
      id: Id,
      name: Name,
      labels: Labels ?? {},
      created: Created ? new Date(Created) : undefined,
    }));
  }

  async removeNetwork(id: string, { signal }: OperationOptions = {}): Promise<void> {
    await this.#unless([404], `removing network ${id}`, () =>
      this.#engine.docker.getNetwork(id).remove(abortable(signal)),
    );
  }

  async createVolume({ name, labels, signal }: ResourceRequest): Promise<string> {
    const volume = await this.#call(`making volume ${name}`, () =>
      this.#engine.docker.createVolume({ Name: name, Labels: { ...labels }, ...abortable(signal) }),
    );
    return volume.name;
  }

  async listVolumes(labels: LabelFilter, { signal }: OperationOptions = {}): Promise<readonly BackendResource[]> {
    const { Volumes } = await this.#call("listing volumes", () =>
      this.#engine.docker.listVolumes({ filters: { label: labelList(labels) }, ...abortable(signal) }),
    );
    return (Volumes ?? []).map(({ Name, Labels, ...volume }) => {
      const created = (volume as { CreatedAt?: string }).CreatedAt;
      return { id: Name, name: Name, labels: Labels ?? {}, created: created ? new Date(created) : undefined };
    });
  }

  async removeVolume(id: string, { signal }: OperationOptions = {}): Promise<void> {
    await this.#unless([404], `removing volume ${id}`, () =>
      this.#engine.docker.getVolume(id).remove(abortable(signal)),
    );
  }

  close(): void {
    this.#engine.close();
  }

  #container(id: string): ReturnType<Engine["docker"]["getContainer"]> {
    return this.#engine.docker.getContainer(id);
  }

  async #call<T>(doing: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw engineError(error, doing);
    }
  }

  /** A call whose answer may be one of `statusCodes` where there is nothing left to do. */
  async #unless(statusCodes: readonly number[], doing: string, call: () => Promise<unknown>): Promise<void> {
    try {
      await call();
    } catch (error) {
      if (!statusCodes.includes((error as { statusCode?: number }).statusCode ?? 0)) throw engineError(error, doing);
    }
  }
}

function abortable(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}

function labelList(labels: LabelFilter): string[] {
  return Object.entries(labels).map(([key, value]) => (value === undefined ? key : `${key}=${value}`));
}
