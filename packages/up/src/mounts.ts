import type { Project, Service } from "@slipway/compose";
import type { Dockerode } from "@slipway/transport";
import type { ValueReader } from "./value-reader.ts";

/** The `volumes` and `tmpfs` of a service as the engine wants them. */
export interface ServiceMounts {
  /** `source:target:options`: the one form in which the engine makes a missing host directory. */
  readonly Binds: string[];
  readonly Mounts: Dockerode.MountSettings[];
  readonly Tmpfs: Record<string, string>;
}

/** Maps `volumes` and `tmpfs`; a volume's source is its name on the engine. */
export function serviceMounts(project: Project, service: Service, values: ValueReader): ServiceMounts {
  const result: ServiceMounts = { Binds: [], Mounts: [], Tmpfs: {} };
  for (const [index, volume] of service.volumes.entries()) {
    if (volume.type === "bind") addBind(result, volume);
    else if (volume.type === "volume") {
      result.Mounts.push({
        Type: "volume",
        // An empty source asks the engine for an anonymous volume.
        Source: volume.source ? (project.volumes[volume.source]?.name ?? volume.source) : "",
        Target: volume.target,
        ReadOnly: volume.read_only ?? false,
        VolumeOptions: { NoCopy: volume.volume?.nocopy ?? false, Labels: {}, DriverConfig: { Name: "", Options: {} } },
      });
    } else {
      const size = values.bytes(`volumes[${index}].tmpfs.size`, volume.tmpfs?.size);
      const mode = values.number(`volumes[${index}].tmpfs.mode`, volume.tmpfs?.mode);
      result.Mounts.push({
        Type: "tmpfs",
        Source: "",
        Target: volume.target,
        ReadOnly: volume.read_only ?? false,
        TmpfsOptions: { SizeBytes: size ?? 0, Mode: mode ?? 0 },
      });
    }
  }
  for (const entry of service.tmpfs ?? []) {
    const colon = entry.indexOf(":");
    if (colon < 0) result.Tmpfs[entry] = "";
    else result.Tmpfs[entry.slice(0, colon)] = entry.slice(colon + 1);
  }
  return result;
}

type Volume = Service["volumes"][number];

function addBind(result: ServiceMounts, volume: Volume): void {
  const source = volume.source ?? "";
  // Without options the reference implementation makes a missing directory too.
  if (!volume.bind || volume.bind.create_host_path === true || volume.bind.selinux) {
    const options = [volume.read_only ? "ro" : "rw", volume.bind?.selinux, volume.bind?.propagation];
    result.Binds.push(`${source}:${volume.target}:${options.filter(Boolean).join(",")}`);
    return;
  }
  result.Mounts.push({
    Type: "bind",
    Source: source,
    Target: volume.target,
    ReadOnly: volume.read_only ?? false,
    ...(volume.bind?.propagation
      ? { BindOptions: { Propagation: volume.bind.propagation as Dockerode.MountPropagation } }
      : {}),
  });
}
