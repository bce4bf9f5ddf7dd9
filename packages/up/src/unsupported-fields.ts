import type { Network, Project, Service } from "@slipway/compose";
import type { Problem } from "@slipway/errors";
import type { UpErrorCode } from "./up-error.ts";

/** The fields of a service that `up` carries out. */
const carriedOut: ReadonlySet<string> = words(`
  name command entrypoint environment ports expose volumes tmpfs networks network_mode restart user working_dir
  hostname domainname container_name healthcheck init tty stdin_open privileged cap_add cap_drop stop_signal
  stop_grace_period extra_hosts dns dns_search dns_opt sysctls ulimits shm_size read_only security_opt devices
  device_cgroup_rules group_add pid ipc uts userns_mode cgroup cgroup_parent mem_limit mem_reservation
  memswap_limit mem_swappiness cpus cpu_shares cpu_period cpu_quota cpuset pids_limit oom_kill_disable
  oom_score_adj logging labels annotations depends_on platform runtime storage_opt
`);

/** Fields that say nothing about how a container runs, or whose effect is already in the normalised composition. */
const harmless: ReadonlySet<string> = words(`
  image build develop profiles attach env_file label_file extends
`);

/** Fields of which some values ask nothing more than what `up` does. */
const harmlessValues: Readonly<Record<string, (value: unknown) => boolean>> = {
  scale: (value) => value === 1,
  pull_policy: (value) => typeof value === "string" && ["missing", "if_not_present", "never", "build"].includes(value),
};

/** Parts of fields that are carried out otherwise. */
const parts: readonly string[] = [
  "networks.*.mac_address",
  "networks.*.gw_priority",
  "networks.*.interface_name",
  "volumes.*.bind.recursive",
  "volumes.*.volume.subpath",
  "volumes.*.volume.labels",
  "volumes.*.consistency",
];

/** Fields that only newer engines know; an older one would ignore them without a word. */
const newerEngines: readonly { pattern: string; api: string }[] = [
  { pattern: "annotations", api: "1.43" },
  { pattern: "healthcheck.start_interval", api: "1.44" },
];

/** Everything in the chosen services that `up` on an engine of API version `api` would not carry out. */
export function unsupportedFields(project: Project, services: readonly string[], api: string): Problem<UpErrorCode>[] {
  const chosen = services.flatMap((name) => project.services[name] ?? []);
  const used = new Set(chosen.flatMap(({ networks }) => Object.keys(networks)));
  return [
    ...chosen.flatMap((service) => inService(service, service.name, api)),
    ...[...used].flatMap((key) => inNetwork(key, project.networks[key])),
  ];
}

function inNetwork(key: string, network: Network | undefined): Problem<UpErrorCode>[] {
  if (network?.enable_ipv4 !== false) return [];
  const path = `networks.${key}.enable_ipv4`;
  return [{ code: "UP_UNSUPPORTED_FIELD", message: `network ${key}: enable_ipv4 is not carried out by up`, path }];
}

function inService(service: Service, name: string, api: string): Problem<UpErrorCode>[] {
  const problems: Problem<UpErrorCode>[] = [];
  const refuse = (field: string, why: string, hint?: string): void => {
    problems.push({
      code: "UP_UNSUPPORTED_FIELD",
      message: `service ${name}: ${field} ${why}`,
      path: `services.${name}.${field}`,
      ...(hint ? { hint } : {}),
    });
  };
  for (const [field, value] of Object.entries(service as unknown as Record<string, unknown>)) {
    if (isEmpty(value) || field.startsWith("x-")) continue;
    if (carriedOut.has(field) || harmless.has(field) || harmlessValues[field]?.(value)) continue;
    refuse(field, "is not carried out by up", "remove it, or run the project with `docker compose`");
  }
  for (const pattern of parts) {
    for (const path of matches(service, pattern)) refuse(path, "is not carried out by up");
  }
  for (const { pattern, api: needed } of newerEngines) {
    if (!isOlder(api, needed)) continue;
    for (const path of matches(service, pattern)) {
      refuse(path, `needs an engine with API ${needed}, this one has ${api}`);
    }
  }
  for (const [index, volume] of service.volumes.entries()) {
    if (!["bind", "volume", "tmpfs"].includes(volume.type)) {
      refuse(`volumes[${index}].type`, `\`${volume.type}\` is not carried out by up`);
    }
  }
  for (const [index, device] of (service.devices ?? []).entries()) {
    if (!device.source) refuse(`devices[${index}]`, "names no device of the host");
    else if (device.source.includes("="))
      refuse(`devices[${index}]`, "is a CDI device, which is not carried out by up");
  }
  return problems;
}

/** The paths, written as `volumes[0].bind`, at which `pattern` has a value that is not empty. */
function matches(value: unknown, pattern: string): string[] {
  const [head = "", ...rest] = pattern.split(".");
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    if (head !== "*" && head !== key) return [];
    const place = Array.isArray(value) ? `[${key}]` : key;
    if (rest.length === 0) return isEmpty(child) ? [] : [place];
    return matches(child, rest.join(".")).map((path) => (path.startsWith("[") ? place + path : `${place}.${path}`));
  });
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "" || value === 0) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function isOlder(api: string, needed: string): boolean {
  const [major = 0, minor = 0] = api.split(".").map(Number);
  const [neededMajor = 0, neededMinor = 0] = needed.split(".").map(Number);
  return major < neededMajor || (major === neededMajor && minor < neededMinor);
}

function words(text: string): Set<string> {
  return new Set(text.trim().split(/\s+/));
}
