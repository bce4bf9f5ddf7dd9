import type { Service } from "@slipway/compose";

/** A namespace that containers can share. */
export type Namespace = "network" | "pid" | "ipc";

/** The services whose namespaces a service's container joins, as in `network_mode: service:db`. */
export type SharedNamespaces = Readonly<Partial<Record<Namespace, string>>>;

/** Which namespaces of other services' containers `service` joins. */
export function sharedNamespaces(service: Service): SharedNamespaces {
  const fields: [Namespace, string | undefined][] = [
    ["network", service.network_mode],
    ["pid", service.pid],
    ["ipc", service.ipc],
  ];
  return Object.fromEntries(
    fields.flatMap(([namespace, mode]) =>
      mode?.startsWith("service:") ? [[namespace, mode.slice("service:".length)]] : [],
    ),
  );
}

/** The field of the engine's HostConfig, and that of a service, that hold a namespace's mode. */
export const namespaceFields = {
  network: { engine: "NetworkMode", service: "network_mode" },
  pid: { engine: "PidMode", service: "pid" },
  ipc: { engine: "IpcMode", service: "ipc" },
} as const;

/** The service with `container:<id>` in place of each `service:<name>` whose container's id is known. */
export function withSharedIds(service: Service, ids: ReadonlyMap<string, string>): Service {
  const modes = Object.entries(sharedNamespaces(service)).flatMap(([namespace, owner]) => {
    const id = ids.get(owner);
    return id === undefined ? [] : [[namespaceFields[namespace as Namespace].service, `container:${id}`]];
  });
  return modes.length === 0 ? service : { ...service, ...(Object.fromEntries(modes) as Partial<Service>) };
}
