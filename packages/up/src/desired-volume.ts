import type { Project, Service } from "@slipway/compose";
import type { Dockerode } from "@slipway/transport";
import { composeVersion, labelNames } from "./labels.ts";
import { stringValues } from "./string-values.ts";

/** A named volume; an external one must exist already. */
export interface DesiredVolume {
  readonly key: string;
  readonly name: string;
  readonly external: boolean;
  readonly options: Dockerode.VolumeCreateOptions;
}

/** The named volumes that `services` use. */
export function desiredVolumes(
  project: Project,
  services: readonly Service[],
  labels: Readonly<Record<string, string>> | undefined,
): DesiredVolume[] {
  const used = new Set(
    services.flatMap((service) =>
      service.volumes.flatMap((volume) => (volume.type === "volume" && volume.source ? [volume.source] : [])),
    ),
  );
  return [...used].toSorted().flatMap((key) => {
    const volume = project.volumes[key];
    if (!volume) return [];
    const { name } = volume;
    return [
      {
        key,
        name,
        external: volume.external === true,
        options: {
          Name: name,
          Driver: volume.driver ?? "local",
          DriverOpts: stringValues(volume.driver_opts),
          Labels: {
            ...stringValues(volume.labels),
            ...labels,
            [labelNames.volume]: key,
            [labelNames.project]: project.name,
            [labelNames.version]: composeVersion,
          },
        },
      },
    ];
  });
}
