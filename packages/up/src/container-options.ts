import type { Project, Service } from "@slipway/compose";
import type { Dockerode } from "@slipway/transport";
import { healthCheck } from "./health-check.ts";
import { serviceMounts } from "./mounts.ts";
import type { NetworkAttachment } from "./network-attachments.ts";
import { portBindings } from "./port-bindings.ts";
import { resourceLimits } from "./resource-limits.ts";
import type { ValueReader } from "./value-reader.ts";
import { stringValues } from "./string-values.ts";

/** What else a container's options are made of, besides its service. */
export interface ContainerOptionsContext {
  readonly project: Project;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly attachments: readonly NetworkAttachment[];
  readonly values: ValueReader;
}

/**
 * The body of the engine's "create a container" for a service. A namespace shared with another service is not in it,
 * since that container's id is known only later.
 */
export function containerOptions(service: Service, context: ContainerOptionsContext): Dockerode.ContainerCreateOptions {
  const { project, values } = context;
  const ports = portBindings(service);
  const stopAfter = values.nanoseconds("stop_grace_period", service.stop_grace_period);
  return withoutUndefined({
    Image: context.image,
    Cmd: service.command ?? undefined,
    Entrypoint: service.entrypoint ?? undefined,
    Env: environment(service),
    Labels: { ...service.labels, ...context.labels },
    User: service.user,
    WorkingDir: service.working_dir,
    Hostname: service.hostname,
    Domainname: service.domainname,
    Tty: service.tty ?? false,
    OpenStdin: service.stdin_open ?? false,
    ExposedPorts: ports.ExposedPorts,
    Healthcheck: healthCheck(service, values),
    StopSignal: service.stop_signal,
    StopTimeout: stopAfter === undefined ? undefined : Math.ceil(stopAfter / 1e9),
    HostConfig: withoutUndefined({
      ...serviceMounts(project, service, values),
      ...resourceLimits(service, values),
      ...namespaceModes(service, context.attachments),
      PortBindings: ports.PortBindings,
      RestartPolicy: restartPolicy(service.restart),
      Init: service.init,
      Privileged: service.privileged,
      ReadonlyRootfs: service.read_only,
      CapAdd: service.cap_add,
      CapDrop: service.cap_drop,
      SecurityOpt: service.security_opt,
      GroupAdd: service.group_add?.map(String),
      Dns: service.dns,
      DnsSearch: service.dns_search,
      DnsOptions: service.dns_opt,
      ExtraHosts: extraHosts(service.extra_hosts),
      Sysctls: service.sysctls && stringValues(service.sysctls),
      Devices: service.devices?.map((device) => ({
        PathOnHost: device.source,
        PathInContainer: device.target ?? device.source,
        CgroupPermissions: device.permissions ?? "rwm",
      })),
      DeviceCgroupRules: service.device_cgroup_rules,
      LogConfig: service.logging && {
        Type: service.logging.driver ?? "",
        Config: stringValues(service.logging.options ?? {}),
      },
      Runtime: service.runtime,
      StorageOpt: service.storage_opt && stringValues(service.storage_opt),
      Annotations: service.annotations,
    }),
    NetworkingConfig: {
      EndpointsConfig: Object.fromEntries(
        context.attachments.slice(0, 1).map(({ network, endpoint }) => [network, endpoint]),
      ),
    },
  }) as Dockerode.ContainerCreateOptions;
}

function environment(service: Service): string[] {
  // A name without a value takes the variable away from what the image sets, as the compose specification has it.
  return Object.entries(service.environment).map(([key, value]) => (value === null ? key : `${key}=${value}`));
}

/** The mode, unless it is a namespace of another service. */
function own(mode: string | undefined): string | undefined {
  return mode?.startsWith("service:") ? undefined : mode;
}

function namespaceModes(
  service: Service,
  attachments: readonly NetworkAttachment[],
): Record<string, string | undefined> {
  const network = service.network_mode === undefined ? (attachments[0]?.network ?? "none") : service.network_mode;
  return {
    NetworkMode: own(network),
    PidMode: own(service.pid),
    IpcMode: own(service.ipc),
    UTSMode: service.uts,
    UsernsMode: service.userns_mode,
    CgroupnsMode: service.cgroup,
  };
}

function restartPolicy(policy: string | undefined): Dockerode.HostRestartPolicy | undefined {
  if (!policy) return undefined;
  const [name = "", count] = policy.split(":");
  return { Name: name, ...(count === undefined ? {} : { MaximumRetryCount: Number(count) }) };
}

/** The engine separates host and address by a colon, the normalised composition by `=`. */
function extraHosts(hosts: readonly string[] | undefined): string[] | undefined {
  return hosts?.map((host) => host.replace("=", ":"));
}

function withoutUndefined<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
