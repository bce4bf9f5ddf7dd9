import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { Backend, ImageInfo } from "./backend/backend.ts";
import type { OperationOptions } from "./backend/operation-options.ts";
import type { PullStatus, RegistryCredentials } from "./backend/pull-options.ts";
import type { ContainerSpec } from "./backend/container-spec.ts";
import { checkFeatures } from "./check-features.ts";
import { Container, type ContainerDefaults } from "./container.ts";
import type { ContainerOptions } from "./container-options.ts";
import { ContainersError } from "./containers-error.ts";
import { readContainerOptions } from "./read-container-options.ts";
import { label, withoutSession } from "./session.ts";

/** What images have from their client. */
export interface ImageContext {
  readonly backend: Backend;
  readonly labels: Readonly<Record<string, string>>;
  /** Called before anything is made that would have to be removed. */
  readonly guard: () => void;
}

/** How to fetch an image. */
export interface ImagePullOptions extends OperationOptions {
  readonly onStatus?: ((status: PullStatus) => void) | undefined;
  /** How often to try again after a fault of the network, with docker. Default: three times. */
  readonly retries?: number | undefined;
}

/** An image on the engine. */
export class Image {
  readonly #context: ImageContext;
  readonly #name: string;
  readonly #platform: string | undefined;
  readonly #auth: RegistryCredentials | undefined;

  constructor(context: ImageContext, name: string, platform?: string, auth?: RegistryCredentials) {
    this.#context = context;
    this.#name = name;
    this.#platform = platform;
    this.#auth = auth;
  }

  /** What the engine knows it by; with the tag that its content gave it. */
  get name(): string {
    return this.#name;
  }

  /** Whether the engine has it; no registry is asked. */
  async exists(options: OperationOptions = {}): Promise<boolean> {
    return (await this.inspect(options)) !== undefined;
  }

  /** What the engine knows of it; undefined where it doesn't have it. */
  async inspect(options: OperationOptions = {}): Promise<ImageInfo | undefined> {
    return await this.#context.backend.inspectImage(this.#name, options);
  }

  /**
   * Has the engine fetch it from its registry, also where it has one of that name.
   * @throws ContainersError CONTAINERS_IMAGE_PULL
   */
  async pull(options: ImagePullOptions = {}): Promise<this> {
    const { signal, onStatus, retries } = options;
    signal?.throwIfAborted();
    try {
      await this.#context.backend.pullImage(this.#name, {
        platform: this.#platform,
        auth: this.#auth,
        retries,
        onStatus,
        signal,
      });
      return this;
    } catch (error) {
      signal?.throwIfAborted();
      throw ContainersError.from(error, "CONTAINERS_IMAGE_PULL", `pulling ${this.#name}`);
    }
  }

  /** Takes this name from the image, and removes it with its last one. False where a container uses it. */
  async remove(options: OperationOptions = {}): Promise<boolean> {
    return await this.#context.backend.removeImage(this.#name, options);
  }

  /**
   * Makes a container of it, which doesn't run yet.
   * @throws ContainersError CONTAINERS_CONTAINER_OPTIONS with all mistakes, CONTAINERS_CONTAINER_CREATE,
   * CONTAINERS_NOT_SUPPORTED for what this engine cannot do
   */
  async instantiate(options: ContainerOptions & OperationOptions = {}): Promise<Container> {
    const { signal, ...rest } = options;
    const read = readContainerOptions(this.#name, rest, this.#platform);
    const { backend, labels, guard } = this.#context;
    checkFeatures(backend, read);
    const defaults: ContainerDefaults = {
      waitFor: rest.waitFor,
      readyWithinMs: rest.readyWithinMs ?? 60_000,
      stopWithinMs: rest.stopWithinMs ?? 10_000,
      left: rest.reuse ?? rest.keep ?? false,
    };
    signal?.throwIfAborted();
    if (rest.reuse) return await this.#reused(read, defaults, signal);
    if (!rest.keep) guard();
    const spec = { ...read, labels: { ...read.labels, ...(rest.keep ? withoutSession(labels) : labels) } };
    return new Container(backend, await this.#create(spec, signal), spec, defaults);
  }

  async #create(spec: ContainerSpec, signal: AbortSignal | undefined): Promise<string> {
    const { backend } = this.#context;
    let id: string;
    try {
      // Without the signal: a request that is broken off would leave a container that nobody knows of.
      id = await backend.createContainer(spec);
    } catch (error) {
      throw ContainersError.from(error, "CONTAINERS_CONTAINER_CREATE", `making a container of ${spec.image}`);
    }
    if (!signal?.aborted) return id;
    await backend.removeContainer(id);
    throw signal.reason;
  }

  /** A container that was made of the same, running or not, or a new one. It belongs to no session. */
  async #reused(read: ContainerSpec, defaults: ContainerDefaults, signal: AbortSignal | undefined): Promise<Container> {
    const { backend } = this.#context;
    const image = await this.inspect({ signal });
    const hash = createHash("sha256")
      .update(canonical([read, image?.id]))
      .digest("hex");
    const labels = { ...read.labels, [label.managed]: "true", [label.reuse]: hash };
    // By its name there is one of them, however many make it at the same time.
    const spec = { ...read, name: `slipway-reuse-${hash.slice(0, 32)}`, labels };
    const find = async (): Promise<string | undefined> =>
      (await backend.listContainers({ [label.reuse]: hash }, { signal }))[0]?.id;
    const id =
      (await find()) ?? (await this.#create(spec, signal).catch((error: unknown) => soonFound(find, error, signal)));
    return new Container(backend, id, spec, defaults);
  }
}

/** What somebody else is making takes its name before it is listed. */
async function soonFound(
  find: () => Promise<string | undefined>,
  failure: unknown,
  signal: AbortSignal | undefined,
): Promise<string> {
  signal?.throwIfAborted();
  for (let left = 10; left > 0; left -= 1) {
    const id = await find();
    if (id !== undefined) return id;
    await setTimeout(100, undefined, { signal });
  }
  throw failure;
}

/** JSON with its keys in order, so that equal values are equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
