import { type Dockerode, type Engine, engineError, toEngine } from "@slipway/transport";
import { readCurrentState } from "./current-state.ts";
import { statusOf } from "./engine-failure.ts";
import { labelNames } from "./labels.ts";
import { type PublishedPort, publishedPorts } from "./published-port.ts";

/** A container of a project as it is now. */
export interface ContainerStatus {
  readonly service: string;
  readonly id: string;
  readonly name: string;
  /** The name of its image. */
  readonly image: string;
  /** The engine's word: created, running, paused, restarting, removing, exited, dead. */
  readonly state: string;
  /** healthy, unhealthy or starting; absent without a health check. */
  readonly health?: string;
  /** Of a container that has exited. */
  readonly exitCode?: number;
  readonly startedAt?: string;
  readonly ports: readonly PublishedPort[];
}

/** What an engine holds of a project. */
export interface ProjectStatus {
  readonly project: string;
  /** By service, then name. */
  readonly containers: readonly ContainerStatus[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

/** The present state of a project, whoever started it; empty lists when the engine has none of it. */
export async function status(
  project: string,
  options: { readonly engine: Engine | Dockerode; readonly signal?: AbortSignal | undefined },
): Promise<ProjectStatus> {
  const engine = toEngine(options.engine);
  const current = await readCurrentState(engine, project, options.signal);
  const owned = ({ labels }: { readonly labels: Readonly<Record<string, string>> }): boolean =>
    labels[labelNames.project] === project;
  const containers = await Promise.all(
    current.containers.map((container) => containerStatus(engine, container.id, container.service)),
  );
  options.signal?.throwIfAborted();
  return {
    project,
    containers: containers
      .filter((container) => container !== undefined)
      .toSorted((a, b) => a.service.localeCompare(b.service) || a.name.localeCompare(b.name)),
    networks: current.networks.filter(owned).map(({ name }) => name),
    volumes: current.volumes.filter(owned).map(({ name }) => name),
  };
}

async function containerStatus(engine: Engine, id: string, service: string): Promise<ContainerStatus | undefined> {
  let info: Dockerode.ContainerInspectInfo;
  try {
    info = await engine.docker.getContainer(id).inspect();
  } catch (error) {
    // Removed since the list was read.
    if (statusOf(error) === 404) return undefined;
    throw engineError(error, `inspecting container ${id.slice(0, 12)}`);
  }
  const { Status: state, Health: health, ExitCode: exitCode, StartedAt: startedAt } = info.State;
  return {
    service,
    id,
    name: info.Name.replace(/^\//, ""),
    image: info.Config.Image,
    state,
    ...(health && health.Status !== "none" ? { health: health.Status } : {}),
    ...(state === "exited" || state === "dead" ? { exitCode } : {}),
    ...(startedAt.startsWith("0001-") ? {} : { startedAt }),
    ports: publishedPorts(info.NetworkSettings.Ports),
  };
}
