import type { Dockerode } from "@slipway/transport";
import type { ContainerState, PublishedPort } from "../backend/container-state.ts";

/** The engine's description of a container in ours. */
export function stateOf(info: Dockerode.ContainerInspectInfo): ContainerState {
  const { State, Config, NetworkSettings } = info;
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ""),
    image: Config.Image,
    labels: Config.Labels ?? {},
    created: new Date(info.Created),
    status: statusOf(State.Status),
    ...(statusOf(State.Status) === "exited" ? { exitCode: State.ExitCode } : {}),
    health: healthOf(State.Health?.Status),
    ports: Object.entries(NetworkSettings.Ports ?? {}).flatMap(([key, bindings]) => publishedPorts(key, bindings)),
    addresses: addressesOf(NetworkSettings.Networks),
  };
}

/** A container of the engine's list, where there is no exit code and no health. */
export function listedState(info: Dockerode.ContainerInfo): ContainerState {
  return {
    id: info.Id,
    name: info.Names[0]?.replace(/^\//, "") ?? "",
    image: info.Image,
    labels: info.Labels ?? {},
    created: new Date(info.Created * 1_000),
    status: statusOf(info.State),
    ports: (info.Ports ?? [])
      .filter((port) => port.PublicPort)
      .map((port) => ({
        container: port.PrivatePort,
        protocol: port.Type === "udp" ? "udp" : "tcp",
        address: port.IP,
        host: port.PublicPort,
      })),
    addresses: addressesOf(info.NetworkSettings?.Networks),
  };
}

function statusOf(status: string): ContainerState["status"] {
  if (status === "running" || status === "restarting") return "running";
  if (status === "paused") return "paused";
  // `configured` and `initialized` are podman's words.
  return status === "created" || status === "configured" || status === "initialized" ? "created" : "exited";
}

function healthOf(status: string | undefined): ContainerState["health"] {
  return status === "starting" || status === "healthy" || status === "unhealthy" ? status : undefined;
}

function publishedPorts(key: string, bindings: { HostIp: string; HostPort: string }[] | null): PublishedPort[] {
  const [container = "", protocol] = key.split("/");
  return (bindings ?? []).map(({ HostIp, HostPort }) => ({
    container: Number(container),
    protocol: protocol === "udp" ? "udp" : "tcp",
    address: HostIp,
    host: Number(HostPort),
  }));
}

function addressesOf(networks: Readonly<Record<string, { IPAddress?: string }>> | undefined): Record<string, string> {
  const entries = Object.entries(networks ?? {}).flatMap(([name, { IPAddress }]) =>
    IPAddress ? [[name, IPAddress] as const] : [],
  );
  return Object.fromEntries(entries);
}
