import { randomBytes } from "node:crypto";
import { access, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import type {
  Backend,
  BackendExecOptions,
  BackendFeature,
  BackendResource,
  ImageInfo,
  LabelFilter,
} from "../backend/backend.ts";
import type { BackendPullOptions } from "../backend/pull-options.ts";
import type { OperationOptions } from "../backend/operation-options.ts";
import type { ContainerSpec } from "../backend/container-spec.ts";
import type { ContainerState } from "../backend/container-state.ts";
import { ContainersError } from "../containers-error.ts";
import type { LogChunk } from "../logs/log-chunk.ts";
import type { ContainerdConfig } from "../backend/backend-config.ts";
import { Connection } from "./connection.ts";
import { cannot } from "./cannot.ts";
import { packFrom, unpackInto } from "./copy-files.ts";
import { findUser } from "./find-user.ts";
import { platformName, readImageContent } from "./image-content.ts";
import { makeContainer, stopSignalLabel } from "./make-container.ts";
import { type ContainerRecord, type ImageRecord, methods, type TaskProcess } from "./messages.ts";
import { fullName, pull } from "./pull.ts";
import { withRootfs } from "./rootfs.ts";
import type { RuntimeSpec } from "./runtime-spec.ts";
import { tailFiles } from "./tail-files.ts";
import { execProcess, Tasks } from "./tasks.ts";

/** containerd on this machine. It has no builder, publishes no ports, and has neither networks nor volumes of its own. */
export class ContainerdBackend implements Backend {
  readonly type = "containerd";
  readonly features: ReadonlySet<BackendFeature> = new Set();
  readonly host: undefined;
  readonly config: ContainerdConfig;
  readonly #connection: Connection;
  readonly #tasks: Tasks;
  readonly #snapshotter: string;
  readonly #folder: string;

  private constructor(config: ContainerdConfig, connection: Connection) {
    this.config = config;
    this.#connection = connection;
    this.#tasks = new Tasks(connection);
    this.#snapshotter = config.snapshotter ?? "overlayfs";
    this.#folder = path.join(config.stateDirectory ?? "/var/lib/slipway/containerd", connection.namespace);
  }

  /** @throws ContainersError CONTAINERS_BACKEND_NOT_AVAILABLE */
  static async open(config: ContainerdConfig, { signal }: OperationOptions): Promise<ContainerdBackend> {
    const environment = config.environment ?? process.env;
    const address = (config.address ?? environment["CONTAINERD_ADDRESS"] ?? "/run/containerd/containerd.sock").replace(
      /^unix:\/\//,
      "",
    );
    const namespace = config.namespace ?? environment["CONTAINERD_NAMESPACE"] ?? "slipway";
    await access(address).catch((cause: Error) => {
      throw new ContainersError("CONTAINERS_BACKEND_NOT_AVAILABLE", `there is no socket ${address}`, {
        cause,
        hint: "start containerd, or set CONTAINERD_ADDRESS to its socket",
      });
    });
    const connection = new Connection(address, namespace);
    try {
      await connection.call(methods.version, {}, { signal });
      await connection.make(methods.createNamespace, { namespace: { name: namespace } }, { signal });
      return new ContainerdBackend({ ...config, address, namespace }, connection);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  get address(): string {
    return `unix://${this.#connection.address}`;
  }

  async inspectImage(name: string, { signal }: OperationOptions = {}): Promise<ImageInfo | undefined> {
    const found = await this.#connection.find(methods.getImage, { name: fullName(name) }, { signal });
    return found?.image && (await this.#imageInfo(found.image, signal));
  }

  async pullImage(name: string, options: BackendPullOptions): Promise<void> {
    await pull(this.#connection, this.#snapshotter, name, {
      ...options,
      plain: this.config.plainRegistries ?? [],
      environment: this.config.environment ?? process.env,
    });
  }

  async buildImage(): Promise<void> {
    throw cannot("build images", "build with docker, push to a registry, and pull from there");
  }

  async listImages(labels: LabelFilter, { signal }: OperationOptions = {}): Promise<readonly ImageInfo[]> {
    const { images } = await this.#connection.call(methods.listImages, {}, { signal });
    const infos = await Promise.all(images.map((image) => this.#imageInfo(image, signal)));
    return infos.filter((info) => hasLabels(info.labels, labels));
  }

  async removeImage(name: string): Promise<boolean> {
    const full = fullName(name);
    const { containers } = await this.#connection.call(methods.listContainers, {});
    if (containers.some(({ image }) => image === full)) return false;
    await this.#connection.find(methods.deleteImage, { name: full, sync: true });
    return true;
  }

  async createContainer(spec: ContainerSpec): Promise<string> {
    const id = spec.name ?? randomBytes(16).toString("hex");
    const place = { snapshotter: this.#snapshotter, folder: path.join(this.#folder, id) };
    await makeContainer(this.#connection, id, spec, place);
    return id;
  }

  async startContainer(id: string): Promise<void> {
    await this.#tasks.start(id, path.join(this.#folder, id));
  }

  async stopContainer(id: string, { graceMs, signal }: OperationOptions & { readonly graceMs: number }): Promise<void> {
    const { container } = (await this.#connection.find(methods.getContainer, { id }, { signal })) ?? {};
    if (container) await this.#tasks.stop(id, container.labels[stopSignalLabel] ?? "SIGTERM", graceMs, signal);
  }

  async killContainer(id: string, { killSignal }: { readonly killSignal: string }): Promise<void> {
    await this.#tasks.kill(id, killSignal);
  }

  async waitContainer(id: string, options: OperationOptions = {}): Promise<number> {
    return await this.#tasks.wait(id, options);
  }

  async inspectContainer(id: string, { signal }: OperationOptions = {}): Promise<ContainerState | undefined> {
    const { container } = (await this.#connection.find(methods.getContainer, { id }, { signal })) ?? {};
    return container && this.#state(container, await this.#tasks.process(id));
  }

  async listContainers(labels: LabelFilter, { signal }: OperationOptions = {}): Promise<readonly ContainerState[]> {
    const { containers } = await this.#connection.call(methods.listContainers, {}, { signal });
    const wanted = containers.filter((container) => hasLabels(container.labels, labels));
    return await Promise.all(
      wanted.map(async (container) => this.#state(container, await this.#tasks.process(container.id))),
    );
  }

  async attach(id: string, { signal }: OperationOptions = {}): Promise<AsyncIterable<LogChunk>> {
    const folder = path.join(this.#folder, id);
    const size = async (name: string): Promise<number> => (await stat(path.join(folder, name))).size;
    return this.#output(id, {
      follow: true,
      signal,
      from: { stdout: await size("stdout"), stderr: await size("stderr") },
    });
  }

  readLogs(id: string, options: OperationOptions & { readonly follow: boolean }): AsyncIterable<LogChunk> {
    return this.#output(id, options);
  }

  async execute(id: string, options: BackendExecOptions): Promise<number> {
    const { signal, user } = options;
    const record = await this.#tasks.record(id, { signal });
    const spec = JSON.parse(record.spec?.value.toString() ?? "{}") as RuntimeSpec;
    const found = user === undefined ? undefined : await this.#withRoot(id, (root) => findUser(root, user));
    const as = found && { uid: found.uid, gid: found.gid, additionalGids: found.groups };
    return await this.#tasks.execute(id, path.join(this.#folder, id), options, execProcess(spec, options, as));
  }

  async putArchive(id: string, tar: Readable, options: OperationOptions & { readonly path: string }): Promise<void> {
    await this.#withRoot(id, (root) => unpackInto(root, options.path, tar, options.signal));
  }

  async getArchive(id: string, wanted: string, { signal }: OperationOptions = {}): Promise<Readable> {
    return await new Promise((resolve, reject) => {
      // Its files stay where they are until the stream has been read.
      this.#withRoot(id, async (root) => {
        await new Promise<void>((released, failed) => {
          packFrom(root, wanted, signal, async () => released()).then(resolve, failed);
        });
      }).catch(reject);
    });
  }

  async removeContainer(id: string): Promise<void> {
    await this.#tasks.end(id);
    const { container } = (await this.#connection.find(methods.getContainer, { id })) ?? {};
    await this.#connection.find(methods.deleteContainer, { id });
    if (container) {
      const { snapshotter, snapshot_key: key } = container;
      await this.#connection.find(methods.removeSnapshot, { snapshotter, key });
    }
    await rm(path.join(this.#folder, id), { recursive: true, force: true });
  }

  async createNetwork(): Promise<string> {
    throw cannot("make networks", 'containers have no network, or with `networkMode: "host"` the machine\'s');
  }

  async listNetworks(): Promise<readonly BackendResource[]> {
    return [];
  }

  async removeNetwork(): Promise<void> {}

  async createVolume(): Promise<string> {
    throw cannot("make volumes", "mount a folder of the machine");
  }

  async listVolumes(): Promise<readonly BackendResource[]> {
    return [];
  }

  async removeVolume(): Promise<void> {}

  close(): void {
    this.#connection.close();
  }

  async *#output(
    id: string,
    options: OperationOptions & {
      readonly follow: boolean;
      readonly from?: Readonly<Record<LogChunk["stream"], number>>;
    },
  ): AsyncGenerator<LogChunk> {
    const { follow, from, signal } = options;
    await this.#tasks.record(id, { signal });
    const left = new AbortController();
    const until = AbortSignal.any([left.signal, ...(signal ? [signal] : [])]);
    const ended = follow ? this.#tasks.wait(id, { signal: until }).then(() => undefined) : undefined;
    // It is looked at while the files are read, and of no interest to who has left.
    ended?.catch(() => undefined);
    try {
      yield* tailFiles(path.join(this.#folder, id), { ended, signal, from });
    } finally {
      left.abort();
    }
  }

  async #imageInfo(image: ImageRecord, signal: AbortSignal | undefined): Promise<ImageInfo> {
    const { name, target, labels, created_at: created = new Date(0), updated_at: tagged } = image;
    const info = { id: target?.digest ?? "", names: [name], created, tagged, platform: "" };
    // An image that was imported for other platforms only has no configuration of its own here.
    const content =
      target && (await readImageContent(this.#connection, target, undefined, { signal }).catch(() => undefined));
    signal?.throwIfAborted();
    if (!content) return { ...info, labels };
    return {
      ...info,
      labels: { ...content.config.config?.Labels, ...labels },
      platform: platformName(content.config),
      size: content.manifest.layers.reduce((sum, layer) => sum + layer.size, 0),
    };
  }

  #state(container: ContainerRecord, task: TaskProcess | undefined): ContainerState {
    const exitCode = task?.status === 3 ? task.exit_status : task ? undefined : this.#tasks.exitCode(container);
    const running = task?.status === 4 || task?.status === 5 ? "paused" : task?.status === 2 ? "running" : "created";
    return {
      id: container.id,
      name: container.id,
      image: container.image,
      labels: container.labels,
      created: container.created_at ?? new Date(0),
      status: exitCode === undefined ? running : "exited",
      ...(exitCode === undefined ? {} : { exitCode }),
      ports: [],
      addresses: {},
    };
  }

  /** Does something with a container's files: as its processes see them, or where none runs, its snapshot. */
  async #withRoot<T>(id: string, work: (root: string) => Promise<T>): Promise<T> {
    const task = await this.#tasks.process(id);
    if (task?.status === 2 || task?.status === 4) return await work(`/proc/${task.pid}/root`);
    const { snapshotter, snapshot_key: key } = await this.#tasks.record(id);
    const { mounts } = await this.#connection.call(methods.snapshotMounts, { snapshotter, key });
    return await withRootfs(mounts, work);
  }
}

function hasLabels(labels: Readonly<Record<string, string>>, wanted: LabelFilter): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => labels[name] !== undefined && (value === undefined || labels[name] === value),
  );
}
