import type { Project } from "@slipway/compose";
import { type Dockerode, type Engine, engineError, toEngine } from "@slipway/transport";
import { readCurrentState } from "./current-state.ts";
import { ignoreMissing, statusOf } from "./engine-failure.ts";
import { labelNames } from "./labels.ts";
import { planDown } from "./plan-down.ts";
import { removeContainer } from "./remove-container.ts";
import { type Run, startRun } from "@slipway/run";
import type { UpEvent } from "./up-event.ts";

/** What {@link down} takes besides the project. */
export interface DownOptions {
  readonly engine: Engine | Dockerode;
  /** Whether the project's volumes, and its containers' anonymous ones, are removed too. */
  readonly volumes?: boolean | undefined;
  /** Whether images are removed too: `all` that its containers ran, or only the `local` ones, built for the project. */
  readonly images?: "all" | "local" | undefined;
  /** Seconds that a container has to stop before it is killed; its own `stop_grace_period` without. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What {@link down} removed: names, in the order of their removal. */
export interface DownResult {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly images: readonly string[];
}

/** A project being brought down. */
export type DownRun = Run<UpEvent, DownResult>;

/**
 * Stops and removes everything on the engine that bears the project's label, the last started first, also containers of
 * services that are no longer in its composition. Doing it again does nothing. After an abort, the rest is left in place.
 */
export function down(project: Project | string, options: DownOptions): DownRun {
  return startRun(async (emit) => {
    const { signal, timeout } = options;
    signal?.throwIfAborted();
    const name = typeof project === "string" ? project : project.name;
    const engine = toEngine(options.engine);
    const plan = planDown(name, await readCurrentState(engine, name, signal), { volumes: options.volumes });
    const images = await imagesToRemove(engine, name, options);
    for (const wave of plan.waves) {
      signal?.throwIfAborted();
      await Promise.all(
        wave.map(async (container) => {
          emit({ type: "container", service: container.service, name: container.name, state: "stopping" });
          await removeContainer(engine, container, { volumes: options.volumes ?? false, timeout, signal });
          emit({ type: "container", service: container.service, name: container.name, state: "removed" });
        }),
      );
    }
    const remove = async (kind: "network" | "volume", resource: string, action: () => Promise<unknown>) => {
      signal?.throwIfAborted();
      await ignoreMissing(action).catch((error: unknown) => {
        throw engineError(error, `removing ${kind} ${resource}`);
      });
      emit({ type: kind, name: resource, state: "removed" });
    };
    for (const network of plan.networks) {
      await remove("network", network.name, () => engine.docker.getNetwork(network.id).remove());
    }
    for (const volume of plan.volumes) {
      await remove("volume", volume.name, () => engine.docker.getVolume(volume.name).remove());
    }
    return {
      containers: plan.waves.flat().map((container) => container.name),
      networks: plan.networks.map((network) => network.name),
      volumes: plan.volumes.map((volume) => volume.name),
      images: await removeImages(engine, images, emit, signal),
    };
  });
}

async function imagesToRemove(engine: Engine, project: string, options: DownOptions): Promise<string[]> {
  if (!options.images) return [];
  const containers = await engine.docker
    .listContainers({ all: true, filters: { label: [`${labelNames.project}=${project}`] } })
    .catch((error: unknown) => {
      throw engineError(error, `reading the containers of project ${project}`);
    });
  const used = containers.flatMap(({ Image, Labels }) => {
    const local = `${project}-${Labels[labelNames.service] ?? ""}`;
    return options.images === "all" || Image === local || Image === `${local}:latest` ? [Image] : [];
  });
  return [...new Set(used)].toSorted();
}

async function removeImages(
  engine: Engine,
  images: readonly string[],
  emit: (event: UpEvent) => void,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const removed: string[] = [];
  for (const image of images) {
    signal?.throwIfAborted();
    try {
      await ignoreMissing(() => engine.docker.getImage(image).remove());
      removed.push(image);
    } catch (error) {
      if (statusOf(error) !== 409) throw engineError(error, `removing image ${image}`);
      emit({ type: "warning", message: `image ${image} is still in use and was left` });
    }
  }
  return removed;
}
