import type { Dockerode } from "@slipway/transport";
import type { ContainerSpec, HealthCheck, Mount, Port } from "../backend/container-spec.ts";

/** The body of the engine's "create a container". What the options leave open is the image's own. */
export function createOptions(spec: ContainerSpec): Dockerode.ContainerCreateOptions {
  const [first] = spec.networks;
  return withoutUndefined({
    name: spec.name,
    platform: spec.platform,
    Image: spec.image,
    // An entrypoint without a command runs without the image's command, as with docker's own client.
    Entrypoint: spec.entrypoint && [...spec.entrypoint],
    Cmd: spec.command && [...spec.command],
    Env: Object.entries(spec.variables).map(([name, value]) => `${name}=${value}`),
    WorkingDir: spec.workDir,
    User: spec.user,
    Hostname: spec.hostname,
    Labels: { ...spec.labels },
    Healthcheck: spec.healthCheck && healthCheck(spec.healthCheck),
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [portKey(port), {}])),
    HostConfig: withoutUndefined({
      NetworkMode: first?.network ?? spec.networkMode,
      Binds: spec.mounts.filter((mount) => mount.type !== "tmpfs").map(bind),
      Tmpfs: Object.fromEntries(spec.mounts.filter((mount) => mount.type === "tmpfs").map(tmpfs)),
      PortBindings: portBindings(spec.ports),
      Memory: spec.memory,
      NanoCpus: spec.cpus === undefined ? undefined : Math.round(spec.cpus * 1e9),
      Privileged: spec.privileged,
      Init: spec.init,
      ExtraHosts: Object.entries(spec.extraHosts).map(([name, address]) => `${name}:${address}`),
      // Whatever the engine's default is: logs that can be read, from their beginning.
      LogConfig: { Type: "json-file", Config: {} },
    }),
    NetworkingConfig: first && { EndpointsConfig: { [first.network]: { Aliases: [...first.aliases] } } },
  }) as Dockerode.ContainerCreateOptions;
}

function bind(mount: Exclude<Mount, { type: "tmpfs" }>): string {
  return `${mount.source}:${mount.target}${mount.readOnly ? ":ro" : ""}`;
}

function tmpfs(mount: Extract<Mount, { type: "tmpfs" }>): [string, string] {
  return [mount.target, mount.size === undefined ? "" : `size=${mount.size}`];
}

function portKey({ container, protocol }: Port): string {
  return `${container}/${protocol}`;
}

function portBindings(ports: readonly Port[]): Record<string, { HostIp: string; HostPort: string }[]> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of ports) {
    const binding = { HostIp: port.address ?? "", HostPort: port.host === undefined ? "" : String(port.host) };
    (bindings[portKey(port)] ??= []).push(binding);
  }
  return bindings;
}

function healthCheck(check: HealthCheck): object {
  const nanoseconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms * 1e6);
  return withoutUndefined({
    Test: typeof check.test === "string" ? ["CMD-SHELL", check.test] : ["CMD", ...check.test],
    Interval: nanoseconds(check.intervalMs),
    Timeout: nanoseconds(check.timeoutMs),
    StartPeriod: nanoseconds(check.startPeriodMs),
    Retries: check.retries,
  });
}

function withoutUndefined<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
