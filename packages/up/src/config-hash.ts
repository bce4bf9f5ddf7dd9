import { createHash } from "node:crypto";
import { type Service, serviceToJson } from "@slipway/compose";

/** The order in which the reference implementation writes the fields of a service. */
const fieldOrder: readonly string[] = words(`
  annotations attach develop blkio_config cap_add cap_drop cgroup_parent cgroup cpu_count cpu_percent cpu_period
  cpu_quota cpu_rt_period cpu_rt_runtime cpus cpuset cpu_shares command configs container_name credential_spec
  deploy device_cgroup_rules devices dns dns_opt dns_search dockerfile domainname entrypoint provider environment
  env_file expose extends external_links extra_hosts group_add gpus hostname healthcheck image init ipc isolation
  labels label_file links logging log_driver log_opt mem_limit mem_reservation memswap_limit mem_swappiness
  mac_address models net network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports
  privileged read_only restart runtime secrets security_opt shm_size stdin_open stop_grace_period stop_signal
  storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volume_driver volumes volumes_from
  working_dir post_start pre_stop
`);

/** The same for the records inside of a service; other maps, `*` in these paths, are written with their keys sorted. */
const nestedOrder: Readonly<Record<string, readonly string[]>> = {
  "develop.*.*": ["path", "action", "target", "exec", "include", "ignore", "initial_sync"],
  "develop.*.*.exec": ["command", "user", "privileged", "working_dir", "environment"],
  "devices.*": ["source", "target", "permissions"],
  healthcheck: ["test", "timeout", "interval", "retries", "start_period", "start_interval", "disable"],
  logging: ["driver", "options"],
  "networks.*": words(
    "aliases driver_opts gw_priority interface_name ipv4_address ipv6_address link_local_ips mac_address priority",
  ),
  "ports.*": ["name", "mode", "host_ip", "target", "published", "protocol", "app_protocol"],
  "ulimits.*": ["single", "soft", "hard"],
  "volumes.*": ["type", "source", "target", "read_only", "consistency", "bind", "volume", "tmpfs", "image"],
  "volumes.*.bind": ["selinux", "propagation", "create_host_path", "recursive"],
  "volumes.*.volume": ["labels", "nocopy", "subpath"],
  "volumes.*.tmpfs": ["size", "mode"],
};

/**
 * The hash of a service's configuration that decides whether its container is made anew. It is, to the byte, the one
 * that `docker compose` 2.40 computes (`docker compose config --hash`), so that either may take over the other's
 * containers: SHA-256 of the normalised service as JSON, fields in the reference implementation's order, without what
 * does not change a container (build, pull_policy, scale, depends_on, profiles).
 */
export function configHash(service: Service): string {
  const record = serviceToJson(service);
  const members = fieldOrder.flatMap((field) => {
    const value = record[field];
    if (field === "command" || field === "entrypoint") return [member(field, value ?? null, field)];
    return isLeftOut(field, value) ? [] : [member(field, value, field)];
  });
  return createHash("sha256")
    .update(`{${members.join(",")}}`)
    .digest("hex");
}

function isLeftOut(field: string, value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === 0) return true;
  if (value === false) return field !== "init" && field !== "attach";
  return typeof value === "object" && Object.keys(value).length === 0;
}

function member(key: string, value: unknown, path: string): string {
  return `${goString(key)}:${goJson(value, path)}`;
}

/** JSON is put together by hand because JavaScript would move keys that look like numbers to the front. */
function goJson(value: unknown, path: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => goJson(item, `${path}.*`)).join(",")}]`;
  if (typeof value === "string") return goString(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const record = value as Readonly<Record<string, unknown>>;
  const keys =
    nestedOrder[path] ?? Object.keys(record).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const members = keys.flatMap((key) => {
    if (record[key] === undefined) return [];
    return [member(key, record[key], `${path}.${nestedOrder[`${path}.${key}`] ? key : "*"}`)];
  });
  return `{${members.join(",")}}`;
}

/** Go's JSON escapes some characters that JavaScript's does not. */
function goString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
