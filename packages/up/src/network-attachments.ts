import type { Project, Service } from "@slipway/compose";
import type { Dockerode } from "@slipway/transport";
import { stringValues } from "./string-values.ts";

/** One network that a container is attached to. */
export interface NetworkAttachment {
  /** The network's name on the engine. */
  readonly network: string;
  readonly endpoint: Dockerode.EndpointSettings;
}

/**
 * The networks of a service, the one of highest priority first, each under the aliases that other services know it by.
 * Empty where `network_mode` puts the container elsewhere.
 */
export function networkAttachments(project: Project, service: Service, container: string): NetworkAttachment[] {
  if (service.network_mode) return [];
  return Object.entries(service.networks)
    .toSorted(([a, x], [b, y]) => (y?.priority ?? 0) - (x?.priority ?? 0) || (a < b ? -1 : 1))
    .map(([key, options]) => {
      const ipam = {
        ...(options?.ipv4_address ? { IPv4Address: options.ipv4_address } : {}),
        ...(options?.ipv6_address ? { IPv6Address: options.ipv6_address } : {}),
        ...(options?.link_local_ips?.length ? { LinkLocalIPs: [...options.link_local_ips] } : {}),
      };
      return {
        network: project.networks[key]?.name ?? key,
        endpoint: {
          Aliases: [...new Set([container, service.name, ...(options?.aliases ?? [])])],
          ...(Object.keys(ipam).length ? { IPAMConfig: ipam } : {}),
          ...(options?.driver_opts ? { DriverOpts: stringValues(options.driver_opts) } : {}),
        },
      };
    });
}
