import type { Build } from "./build.ts";
import type { Deploy, DeviceRequest } from "./deploy.ts";
import type { Develop, ServiceHook } from "./develop.ts";
import type { FileMount } from "./file-resource.ts";
import type { BlockIo, Ulimit } from "./limits.ts";
import type { ServiceNetwork } from "./network.ts";
import type { Port } from "./port.ts";
import type { ServiceVolume } from "./service-volume.ts";

/**
 * A service in its long form. Durations are as Go prints them (`1m30s`), sizes are bytes in decimal digits. Maps and
 * lists that nothing was said about are empty where the field is not optional.
 */
export interface Service {
  name: string;
  image?: string;
  build?: Build;
  /** In exec form. Left out: the image's own. Empty: none. */
  command?: string[];
  entrypoint?: string[];
  /** null: a variable without a value, unset in the container. */
  environment: Record<string, string | null>;
  ports: Port[];
  volumes: ServiceVolume[];
  /** By key of the project's networks; empty with `network_mode`. */
  networks: Record<string, ServiceNetwork | null>;
  depends_on: Record<string, Dependency>;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  attach?: boolean;
  blkio_config?: BlockIo;
  cap_add?: string[];
  cap_drop?: string[];
  cgroup?: string;
  cgroup_parent?: string;
  configs?: FileMount[];
  container_name?: string;
  cpu_count?: number;
  cpu_percent?: number;
  cpu_period?: number;
  cpu_quota?: number;
  cpu_rt_period?: number;
  cpu_rt_runtime?: number;
  cpu_shares?: number;
  cpus?: number;
  cpuset?: string;
  credential_spec?: { config?: string; file?: string; registry?: string };
  deploy?: Deploy;
  develop?: Develop;
  device_cgroup_rules?: string[];
  devices?: { source: string; target?: string; permissions?: string }[];
  dns?: string[];
  dns_opt?: string[];
  dns_search?: string[];
  domainname?: string;
  expose?: string[];
  external_links?: string[];
  /** `host=address` each. */
  extra_hosts?: string[];
  gpus?: DeviceRequest[];
  group_add?: string[];
  healthcheck?: Healthcheck;
  hostname?: string;
  init?: boolean;
  ipc?: string;
  isolation?: string;
  links?: string[];
  logging?: { driver?: string; options?: Record<string, string> };
  mac_address?: string;
  mem_limit?: string;
  mem_reservation?: string;
  mem_swappiness?: string;
  memswap_limit?: string;
  models?: Record<string, { endpoint_var?: string; model_var?: string } | null>;
  network_mode?: string;
  oom_kill_disable?: boolean;
  oom_score_adj?: number;
  pid?: string;
  pids_limit?: number;
  platform?: string;
  post_start?: ServiceHook[];
  pre_start?: (ServiceHook & { image?: string; per_replica?: boolean })[];
  pre_stop?: ServiceHook[];
  privileged?: boolean;
  profiles?: string[];
  provider?: { type: string; options?: Record<string, string[]> };
  pull_policy?: string;
  pull_refresh_after?: string;
  read_only?: boolean;
  restart?: string;
  runtime?: string;
  scale?: number;
  secrets?: FileMount[];
  security_opt?: string[];
  shm_size?: string;
  stdin_open?: boolean;
  stop_grace_period?: string;
  stop_signal?: string;
  storage_opt?: Record<string, string>;
  sysctls?: Record<string, string>;
  tmpfs?: string[];
  tty?: boolean;
  ulimits?: Record<string, Ulimit>;
  use_api_socket?: boolean;
  user?: string;
  userns_mode?: string;
  uts?: string;
  volumes_from?: string[];
  working_dir?: string;
  /** Fields of one's own, as they were written. */
  [extension: `x-${string}`]: unknown;
}

/** When a service may start after another one, and whether it can do without. */
export interface Dependency {
  condition: "service_started" | "service_healthy" | "service_completed_successfully";
  required: boolean;
  restart?: boolean;
}

/** How the engine finds out whether a container is well. */
export interface Healthcheck {
  /** Starts with `CMD`, `CMD-SHELL` or `NONE`. */
  test?: string[];
  interval?: string;
  timeout?: string;
  start_period?: string;
  start_interval?: string;
  retries?: number;
  disable?: boolean;
}
