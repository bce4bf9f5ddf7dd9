import type { Project, Service } from "@slipway/compose";
import type { Dockerode } from "@slipway/transport";
import { composeVersion, labelNames } from "./labels.ts";
import { stringValues } from "./string-values.ts";

/** A network; an external one must exist already. */
export interface DesiredNetwork {
  readonly key: string;
  readonly name: string;
  readonly external: boolean;
  readonly options: Dockerode.NetworkCreateOptions;
}

/** The networks that `services` use. */
export function desiredNetworks(
  project: Project,
  services: readonly Service[],
  labels: Readonly<Record<string, string>> | undefined,
): DesiredNetwork[] {
  const used = new Set(services.flatMap((service) => (service.network_mode ? [] : Object.keys(service.networks))));
  return [...used].toSorted().flatMap((key) => {
    const network = project.networks[key];
    if (!network) return [];
    const { name, ipam } = network;
    return [
      {
        key,
        name,
        external: network.external === true,
        options: {
          Name: name,
          // Without it a second network of the same name would be made where two calls race.
          CheckDuplicate: true,
          Driver: network.driver ?? "bridge",
          Options: stringValues(network.driver_opts),
          Internal: network.internal ?? false,
          Attachable: network.attachable ?? false,
          EnableIPv6: network.enable_ipv6 ?? false,
          ...(ipam?.driver || ipam?.config?.length || ipam?.options
            ? {
                IPAM: {
                  Driver: ipam.driver ?? "default",
                  Options: stringValues(ipam.options),
                  Config: (ipam.config ?? []).map((pool) => ({
                    ...(pool.subnet ? { Subnet: pool.subnet } : {}),
                    ...(pool.gateway ? { Gateway: pool.gateway } : {}),
                    ...(pool.ip_range ? { IPRange: pool.ip_range } : {}),
                    ...(pool.aux_addresses ? { AuxiliaryAddresses: stringValues(pool.aux_addresses) } : {}),
                  })),
                },
              }
            : {}),
          Labels: {
            ...stringValues(network.labels),
            ...labels,
            [labelNames.network]: key,
            [labelNames.project]: project.name,
            [labelNames.version]: composeVersion,
          },
        },
      },
    ];
  });
}
