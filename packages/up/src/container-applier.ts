import { type Dockerode, type Engine, engineError } from "@slipway/transport";
import type { Awaited } from "./await-condition.ts";
import { configHash } from "./config-hash.ts";
import type { CurrentContainer } from "./current-state.ts";
import type { DesiredContainer } from "./desired-state.ts";
import { containerFailure, ignoreMissing, ignoreUnchanged, statusOf } from "./engine-failure.ts";
import { labelNames } from "./labels.ts";
import { type Namespace, namespaceFields, withSharedIds } from "./namespaces.ts";
import type { ContainerStep } from "./plan-up.ts";
import { publishedPorts } from "./published-port.ts";
import { removeContainer } from "./remove-container.ts";
import type { Undo } from "./undo.ts";
import type { ContainerEvent, UpEvent } from "./up-event.ts";

/** What a {@link ContainerApplier} works with. */
export interface ApplierContext {
  readonly engine: Engine;
  readonly emit: (event: UpEvent) => void;
  readonly undo: Undo;
  readonly signal: AbortSignal;
}

type Recreation = Extract<ContainerStep, { action: "recreate" }>;

/** Carries out the steps of single containers. Nothing in here is cut short by an abort, so that nothing gets lost. */
export class ContainerApplier {
  readonly #context: ApplierContext;
  readonly #replaced: CurrentContainer[] = [];

  constructor(context: ApplierContext) {
    this.#context = context;
  }

  /** Brings one container up; `ids` are those of the containers whose namespaces it may join. */
  async apply(step: ContainerStep, ids: ReadonlyMap<string, string>): Promise<Awaited & { readonly created: boolean }> {
    const { desired } = step;
    const { service, name } = desired;
    if (step.action === "create" || step.action === "recreate") {
      if (step.action === "recreate") await this.#setAside(step);
      this.#context.signal.throwIfAborted();
      const id = await this.#create(step, ids);
      this.#context.signal.throwIfAborted();
      await this.#start(desired, id);
      return { service, id, name, created: true };
    }
    const { id } = step.current;
    const container = this.#context.engine.docker.getContainer(id);
    if (step.action === "leave") this.#emit(desired, "running");
    else if (step.action === "start") await this.#start(desired, id, step.reason);
    else if (step.action === "unpause") {
      await this.#do(`unpausing container ${name}`, () => container.unpause());
      this.#emit(desired, "started", step.reason);
    } else {
      this.#emit(desired, "stopping", step.reason);
      await this.#do(`stopping container ${name}`, () => container.stop());
      await this.#start(desired, id, step.reason);
    }
    return { service, id, name, created: false };
  }

  /** Removes the containers that were replaced, once everything else is done. */
  async removeReplaced(): Promise<void> {
    for (const container of this.#replaced) {
      // Anonymous volumes may be in use by the new container.
      await removeContainer(this.#context.engine, container, { volumes: false });
    }
  }

  /** Removes a container that the project has no use for. */
  async remove(container: CurrentContainer): Promise<void> {
    const { service, name } = container;
    await removeContainer(this.#context.engine, container, { volumes: false });
    this.#context.emit({ type: "container", service, name, state: "removed" });
  }

  /** Stops the present container and gives its name free; a failure later on puts it back. */
  async #setAside({ desired, current, reason }: Recreation): Promise<void> {
    const container = this.#context.engine.docker.getContainer(current.id);
    const running = current.state === "running" || current.state === "restarting" || current.state === "paused";
    this.#context.undo.add(`the replacement of container ${current.name}`, async () => {
      await ignoreOwnName(() => container.rename({ name: current.name }));
      if (running) await ignoreUnchanged(() => container.start());
      if (current.state === "paused") await container.pause();
      this.#emit(desired, "restored");
    });
    if (running) {
      this.#emit(desired, "stopping", reason);
      await this.#do(`stopping container ${current.name}`, () => container.stop());
    }
    const aside = `${current.id.slice(0, 12)}_${desired.name}`;
    if (current.name !== aside) {
      await this.#do(`renaming container ${current.name}`, () => container.rename({ name: aside }));
    }
    this.#replaced.push(current);
  }

  async #create(step: ContainerStep, ids: ReadonlyMap<string, string>): Promise<string> {
    const { desired, reason } = step;
    const { docker } = this.#context.engine;
    const { name } = desired;
    this.#emit(desired, "creating", reason);
    const body = withInherited(withShared(desired, ids), step.action === "recreate" ? step.inherit : []);
    // The client library would write the whole body into the address too, unless told apart.
    const request = { _query: { name, ...(desired.platform ? { platform: desired.platform } : {}) }, _body: body };
    const container = await docker
      .createContainer(request as unknown as Dockerode.ContainerCreateOptions)
      .catch((error: unknown) => {
        throw containerFailure(error, desired, "create");
      });
    this.#context.undo.add(`container ${name}`, async () => {
      await ignoreMissing(() => container.remove({ force: true, v: true }));
      this.#emit(desired, "removed");
    });
    // Engines before API 1.44 take only one network when a container is created.
    for (const { network, endpoint } of desired.attachments.slice(1)) {
      await this.#do(`connecting container ${name} to network ${network}`, () =>
        docker.getNetwork(network).connect({ Container: container.id, EndpointConfig: endpoint }),
      );
    }
    this.#emit(desired, "created");
    return container.id;
  }

  async #start(desired: DesiredContainer, id: string, reason?: string): Promise<void> {
    const container = this.#context.engine.docker.getContainer(id);
    this.#emit(desired, "starting", reason);
    await ignoreUnchanged(() => container.start()).catch((error: unknown) => {
      throw containerFailure(error, desired, "start");
    });
    const info = await container.inspect().catch((error: unknown) => {
      throw engineError(error, `inspecting container ${desired.name}`);
    });
    const { service, name } = desired;
    this.#context.emit({
      type: "container",
      service,
      name,
      state: "started",
      ports: publishedPorts(info.NetworkSettings.Ports),
    });
  }

  async #do(doing: string, action: () => Promise<unknown>): Promise<void> {
    await ignoreUnchanged(action).catch((error: unknown) => {
      throw engineError(error, doing);
    });
  }

  #emit({ service, name }: DesiredContainer, state: ContainerEvent["state"], reason?: string): void {
    this.#context.emit({ type: "container", service, name, state, ...(reason ? { reason } : {}) });
  }
}

/** The engine refuses to rename a container to the name that it bears. */
async function ignoreOwnName(rename: () => Promise<unknown>): Promise<void> {
  try {
    await rename();
  } catch (error) {
    const status = statusOf(error);
    if (status !== 409 && status !== 400) throw error;
  }
}

/** The options with the ids of the containers whose namespaces are joined, of which the hash is made too. */
function withShared(desired: DesiredContainer, ids: ReadonlyMap<string, string>): Dockerode.ContainerCreateOptions {
  const modes = Object.entries(desired.shares).map(([namespace, service]) => [
    namespaceFields[namespace as Namespace].engine,
    `container:${ids.get(service) ?? ""}`,
  ]);
  if (modes.length === 0) return desired.options;
  return {
    ...desired.options,
    Labels: {
      ...desired.options.Labels,
      [labelNames.configHash]: configHash(withSharedIds(desired.definition, ids)),
    },
    HostConfig: { ...desired.options.HostConfig, ...Object.fromEntries(modes) },
  };
}

function withInherited(
  options: Dockerode.ContainerCreateOptions,
  inherit: Recreation["inherit"],
): Dockerode.ContainerCreateOptions {
  if (inherit.length === 0) return options;
  const targets = new Set(inherit.map(({ target }) => target));
  const own = options.HostConfig?.Mounts ?? [];
  const Mounts = [
    ...own.filter(({ Target }) => !targets.has(Target)),
    ...inherit.map(({ target, volume }) => ({ Type: "volume" as const, Source: volume, Target: target })),
  ];
  return { ...options, HostConfig: { ...options.HostConfig, Mounts } };
}
