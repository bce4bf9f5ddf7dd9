import type { Service } from "@slipway/compose";

/** The `ports` and `expose` of a service as the engine wants them. */
export function portBindings(service: Service): {
  ExposedPorts: Record<string, Record<string, never>>;
  PortBindings: Record<string, { HostIp: string; HostPort: string }[]>;
} {
  const ExposedPorts: Record<string, Record<string, never>> = {};
  const PortBindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const exposed of service.expose ?? []) {
    for (const port of expandRange(exposed)) ExposedPorts[port] = {};
  }
  for (const port of service.ports) {
    const key = `${port.target}/${port.protocol}`;
    ExposedPorts[key] = {};
    (PortBindings[key] ??= []).push({ HostIp: port.host_ip ?? "", HostPort: port.published ?? "" });
  }
  return { ExposedPorts, PortBindings };
}

/** `3000-3002/udp` → one key for each port. */
function expandRange(text: string): string[] {
  const [ports = "", protocol = "tcp"] = text.split("/");
  const [first = "", last = first] = ports.split("-");
  const keys: string[] = [];
  for (let port = Number(first); port <= Number(last); port++) keys.push(`${port}/${protocol}`);
  return keys;
}
