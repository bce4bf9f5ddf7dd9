/** How a service is deployed: the part of it that the engine or an orchestrator carries out. */
export interface Deploy {
  mode?: string;
  endpoint_mode?: string;
  replicas?: number;
  labels?: Record<string, string>;
  update_config?: UpdateConfig;
  rollback_config?: UpdateConfig;
  resources?: { limits?: ResourceLimits; reservations?: ResourceReservations };
  restart_policy?: { condition?: string; delay?: string; max_attempts?: number; window?: string };
  placement?: { constraints?: string[]; preferences?: { spread?: string }[]; max_replicas_per_node?: number };
  /** Fields of one's own, as they were written. */
  [extension: `x-${string}`]: unknown;
}

/** How the containers of a service are replaced. */
export interface UpdateConfig {
  parallelism?: number;
  delay?: string;
  failure_action?: string;
  monitor?: string;
  max_failure_ratio?: number;
  order?: string;
}

/** The most that a container may use. `memory` in bytes, in decimal digits. */
export interface ResourceLimits {
  cpus?: number;
  memory?: string;
  pids?: number;
}

/** What a container is promised. */
export interface ResourceReservations extends ResourceLimits {
  generic_resources?: { discrete_resource_spec?: { kind?: string; value?: number } }[];
  devices?: DeviceRequest[];
}

/** A request for devices such as GPUs. A `count` of -1 means all. */
export interface DeviceRequest {
  capabilities?: string[];
  driver?: string;
  count?: number;
  device_ids?: string[];
  options?: Record<string, string>;
}
