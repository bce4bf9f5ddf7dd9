/** A port of a container that can be reached from outside. */
export interface PublishedPort {
  /** The address on the engine's machine: `0.0.0.0`, `::`, `127.0.0.1`. */
  readonly host: string;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: string;
}

/** The `NetworkSettings.Ports` of an inspected container as a sorted list. */
export function publishedPorts(
  ports:
    | Readonly<Record<string, readonly { HostIp: string; HostPort: string }[] | null | undefined>>
    | null
    | undefined,
): PublishedPort[] {
  return Object.entries(ports ?? {})
    .flatMap(([key, bindings]) => {
      const [port = "", protocol = "tcp"] = key.split("/");
      return (bindings ?? []).map((binding) => ({
        host: binding.HostIp,
        hostPort: Number(binding.HostPort),
        containerPort: Number(port),
        protocol,
      }));
    })
    .toSorted((a, b) => a.containerPort - b.containerPort || a.hostPort - b.hostPort || compareHosts(a.host, b.host));
}

/** IPv4 addresses come before IPv6 ones. */
function compareHosts(a: string, b: string): number {
  return Number(a.includes(":")) - Number(b.includes(":")) || (a < b ? -1 : Number(a > b));
}
