import {
  duration,
  flag,
  labels,
  list,
  number,
  object,
  oneOf,
  pairs,
  type Reader,
  scalarOr,
  size,
  text,
  textOrList,
} from "./reader.ts";
import {
  build,
  command,
  dependsOn,
  device,
  extraHosts,
  healthcheck,
  networks,
  ports,
  ulimits,
  volumes,
} from "./short-forms.ts";

/** An env_file, in the long form. */
export interface EnvFile {
  readonly path: string;
  readonly required: boolean;
}

const envFiles: Reader<EnvFile[]> = (node, path, context) => {
  const one = scalarOr<EnvFile, EnvFile>(
    (item) => ({ path: item.kind === "scalar" ? item.text : "", required: true }),
    (item, at, inner) => {
      const long = object({ path: text, required: flag, format: text })(item, at, inner);
      return long?.path === undefined ? undefined : { path: long.path, required: long.required ?? true };
    },
  );
  if (node.kind === "list") return list(one)(node, path, context);
  const single = one(node, path, context);
  return single && [single];
};

/** The fields of a service that are understood. */
export const serviceFields = {
  annotations: labels,
  build,
  cap_add: list(text),
  cap_drop: list(text),
  cgroup: text,
  cgroup_parent: text,
  command,
  container_name: text,
  cpu_period: number,
  cpu_quota: number,
  cpu_shares: number,
  cpus: number,
  cpuset: text,
  depends_on: dependsOn,
  develop: object({
    watch: list(
      object({
        action: oneOf("sync", "rebuild", "restart", "sync+restart", "sync+exec"),
        path: text,
        target: text,
        ignore: textOrList,
        include: textOrList,
        initial_sync: flag,
        exec: object({ command, user: text, working_dir: text, environment: pairs, privileged: flag }),
      }),
    ),
  }),
  device_cgroup_rules: list(text),
  devices: list(device),
  dns: textOrList,
  dns_opt: list(text),
  dns_search: textOrList,
  domainname: text,
  entrypoint: command,
  env_file: envFiles,
  environment: pairs,
  expose: list(text),
  extra_hosts: extraHosts,
  group_add: list(text),
  healthcheck,
  hostname: text,
  image: text,
  init: flag,
  ipc: text,
  labels,
  logging: object({ driver: text, options: labels }),
  mem_limit: size,
  mem_reservation: size,
  mem_swappiness: number,
  memswap_limit: size,
  network_mode: text,
  networks,
  oom_kill_disable: flag,
  oom_score_adj: number,
  pid: text,
  pids_limit: number,
  platform: text,
  ports,
  privileged: flag,
  profiles: list(text),
  pull_policy: text,
  read_only: flag,
  restart: text,
  runtime: text,
  scale: number,
  security_opt: list(text),
  shm_size: size,
  stdin_open: flag,
  stop_grace_period: duration,
  stop_signal: text,
  storage_opt: labels,
  sysctls: labels,
  tmpfs: textOrList,
  tty: flag,
  ulimits,
  user: text,
  userns_mode: text,
  uts: text,
  volumes,
  working_dir: text,
} satisfies Record<string, Reader<unknown>>;

/** Fields of compose that are not understood yet, and why they are refused. */
export const refusedServiceFields: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      "attach",
      "blkio_config",
      "configs",
      "cpu_count",
      "cpu_percent",
      "cpu_rt_period",
      "cpu_rt_runtime",
      "credential_spec",
      "deploy",
      "external_links",
      "gpus",
      "isolation",
      "label_file",
      "links",
      "mac_address",
      "models",
      "post_start",
      "pre_stop",
      "provider",
      "secrets",
      "use_api_socket",
      "volumes_from",
    ].map((field) => [field, "it would not be carried out"]),
  ),
  extends: "services can't be extended yet",
};
