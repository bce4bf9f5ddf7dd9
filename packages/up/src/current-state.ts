import { engineError, type Engine, type Dockerode } from "@slipway/transport";
import { labelNames } from "./labels.ts";

/** What the engine holds at present, as far as it matters to one project. */
export interface CurrentState {
  /** The containers of the project. */
  readonly containers: readonly CurrentContainer[];
  /** All networks of the engine: one of another project may bear a name that this project wants. */
  readonly networks: readonly CurrentNetwork[];
  /** All volumes of the engine. */
  readonly volumes: readonly CurrentVolume[];
}

/** A container that belongs to the project. */
export interface CurrentContainer {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  /** Made by `docker compose run`, not for the service itself. */
  readonly oneoff: boolean;
  /** The engine's word: created, running, paused, restarting, removing, exited, dead. */
  readonly state: string;
  readonly hash: string;
  readonly imageId: string;
  readonly dependsOn: readonly string[];
  readonly networks: readonly string[];
  readonly mounts: readonly { readonly type: string; readonly name?: string; readonly target: string }[];
}

/** A network of the engine. */
export interface CurrentNetwork {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly internal: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly subnets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** A volume of the engine. */
export interface CurrentVolume {
  readonly name: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** Reads what the engine holds of a project. */
export async function readCurrentState(engine: Engine, project: string, signal?: AbortSignal): Promise<CurrentState> {
  const abort = signal ? { abortSignal: signal } : {};
  try {
    const [containers, networks, { Volumes: volumes }] = await Promise.all([
      engine.docker.listContainers({ all: true, filters: { label: [`${labelNames.project}=${project}`] }, ...abort }),
      engine.docker.listNetworks({ ...abort }),
      engine.docker.listVolumes({ ...abort }),
    ]);
    return {
      containers: containers.map(currentContainer),
      networks: networks.map(currentNetwork),
      volumes: (volumes ?? []).map((volume) => ({
        name: volume.Name,
        driver: volume.Driver,
        options: volume.Options ?? {},
        labels: volume.Labels ?? {},
      })),
    };
  } catch (error) {
    signal?.throwIfAborted();
    throw engineError(error, `reading the state of project ${project}`);
  }
}

function currentContainer(info: Dockerode.ContainerInfo): CurrentContainer {
  const labels = info.Labels;
  return {
    id: info.Id,
    name: (info.Names[0] ?? info.Id).replace(/^\//, ""),
    service: labels[labelNames.service] ?? "",
    oneoff: labels[labelNames.oneoff]?.toLowerCase() === "true",
    state: info.State,
    hash: labels[labelNames.configHash] ?? "",
    imageId: info.ImageID,
    dependsOn: (labels[labelNames.dependsOn] ?? "")
      .split(",")
      .map((entry) => entry.split(":")[0] ?? "")
      .filter((service) => service !== ""),
    networks: Object.keys(info.NetworkSettings?.Networks ?? {}),
    mounts: (info.Mounts ?? []).map((mount) => ({
      type: mount.Type,
      ...(mount.Name ? { name: mount.Name } : {}),
      target: mount.Destination,
    })),
  };
}

function currentNetwork(network: Dockerode.NetworkInspectInfo): CurrentNetwork {
  return {
    id: network.Id,
    name: network.Name,
    driver: network.Driver,
    internal: network.Internal,
    options: network.Options ?? {},
    subnets: (network.IPAM?.Config ?? []).flatMap((pool) => (pool["Subnet"] ? [pool["Subnet"]] : [])),
    labels: network.Labels ?? {},
  };
}
