// Made by scripts/generate-compose-types.mjs from the shapes that files are validated by.

/** One of some words, or a text with a variable that becomes one. */
export type RawChoice<Word extends string> = Word | (string & {});

/** An include as it is written. */
export interface RawInclude {
  readonly path?: string | readonly string[];
  readonly env_file?: string | readonly string[];
  readonly project_directory?: string;
  readonly [key: `x-${string}`]: unknown;
}

/** A device's rate as it is written. */
export interface RawDeviceSRate {
  readonly path?: string;
  readonly rate?: number | string;
}

/** A device's weight as it is written. */
export interface RawDeviceSWeight {
  readonly path?: string;
  readonly weight?: number;
}

/** A blkio configuration as it is written. */
export interface RawBlkioConfiguration {
  readonly device_read_bps?: readonly RawDeviceSRate[];
  readonly device_read_iops?: readonly RawDeviceSRate[];
  readonly device_write_bps?: readonly RawDeviceSRate[];
  readonly device_write_iops?: readonly RawDeviceSRate[];
  readonly weight?: number;
  readonly weight_device?: readonly RawDeviceSWeight[];
}

/** A mounted file as it is written. */
export interface RawMountedFile {
  readonly source?: string;
  readonly target?: string;
  readonly uid?: string;
  readonly gid?: string;
  readonly mode?: number | string;
  readonly [key: `x-${string}`]: unknown;
}

/** A ulimit as it is written. */
export interface RawUlimit {
  readonly soft: number | string;
  readonly hard: number | string;
  readonly [key: `x-${string}`]: unknown;
}

/** A build as it is written. */
export interface RawBuild {
  readonly context?: string;
  readonly dockerfile?: string;
  readonly dockerfile_inline?: string;
  readonly entitlements?: readonly string[];
  readonly args?: readonly string[] | Readonly<Record<string, string | number | boolean | null>>;
  readonly ssh?: readonly string[] | Readonly<Record<string, string | null>>;
  readonly labels?: readonly string[] | Readonly<Record<string, string | number | boolean | null>>;
  readonly cache_from?: readonly string[];
  readonly cache_to?: readonly string[];
  readonly no_cache?: boolean | string;
  readonly no_cache_filter?: string | readonly string[];
  readonly additional_contexts?: readonly string[] | Readonly<Record<string, string>>;
  readonly network?: string;
  readonly provenance?: string | boolean;
  readonly sbom?: string | boolean;
  readonly pull?: boolean | string;
  readonly target?: string;
  readonly shm_size?: number | string;
  readonly extra_hosts?: readonly string[] | Readonly<Record<string, string | readonly string[]>>;
  readonly isolation?: string;
  readonly privileged?: boolean | string;
  readonly secrets?: readonly (string | RawMountedFile)[];
  readonly tags?: readonly string[];
  readonly ulimits?: Readonly<Record<string, number | RawUlimit>>;
  readonly platforms?: readonly string[];
  readonly [key: `x-${string}`]: unknown;
}

/** A credential spec as it is written. */
export interface RawCredentialSpec {
  readonly config?: string;
  readonly file?: string;
  readonly registry?: string;
  readonly [key: `x-${string}`]: unknown;
}

/** A dependency as it is written. */
export interface RawDependency {
  readonly restart?: boolean | string;
  readonly required?: boolean;
  readonly condition: RawChoice<"service_started" | "service_healthy" | "service_completed_successfully">;
  readonly [key: `x-${string}`]: unknown;
}

/** An update configuration as it is written. */
export interface RawUpdateConfiguration {
  readonly parallelism?: number | string;
  readonly delay?: string;
  readonly failure_action?: string;
  readonly monitor?: string;
  readonly max_failure_ratio?: number | string;
  readonly order?: RawChoice<"start-first" | "stop-first">;
  readonly [key: `x-${string}`]: unknown;
}

/** Limits as it is written. */
export interface RawLimits {
  readonly cpus?: number | string;
  readonly memory?: string;
  readonly pids?: number | string;
  readonly [key: `x-${string}`]: unknown;
}

/** A discrete resource as it is written. */
export interface RawDiscreteResource {
  readonly kind?: string;
  readonly value?: number | string;
  readonly [key: `x-${string}`]: unknown;
}

/** A generic resource as it is written. */
export interface RawGenericResource {
  readonly discrete_resource_spec?: RawDiscreteResource;
  readonly [key: `x-${string}`]: unknown;
}

/** A device request as it is written. */
export interface RawDeviceRequest {
  readonly capabilities: readonly string[];
  readonly count?: number | string;
  readonly device_ids?: readonly string[];
  readonly driver?: string;
  readonly options?: readonly string[] | Readonly<Record<string, string | number | boolean | null>>;
  readonly [key: `x-${string}`]: unknown;
}

/** Reservations as it is written. */
export interface RawReservations {
  readonly cpus?: number | string;
  readonly memory?: string;
  readonly generic_resources?: readonly RawGenericResource[];
  readonly devices?: readonly RawDeviceRequest[];
  readonly [key: `x-${string}`]: unknown;
}

/** Resources as it is written. */
export interface RawResources {
  readonly limits?: RawLimits;
  readonly reservations?: RawReservations;
  readonly [key: `x-${string}`]: unknown;
}

/** A restart policy as it is written. */
export interface RawRestartPolicy {
  readonly condition?: string;
  readonly delay?: string;
  readonly max_attempts?: number | string;
  readonly window?: string;
  readonly [key: `x-${string}`]: unknown;
}

/** A preference as it is written. */
export interface RawPreference {
  readonly spread?: string;
  readonly [key: `x-${string}`]: unknown;
}

/** A placement as it is written. */
export interface RawPlacement {
  readonly constraints?: readonly string[];
  readonly preferences?: readonly RawPreference[];
  readonly max_replicas_per_node?: number | string;
  readonly [key: `x-${string}`]: unknown;
}

/** A deployment as it is written. */
export interface RawDeployment {
  readonly mode?: string;
  readonly endpoint_mode?: string;
  readonly replicas?: number | string;
  readonly labels?: readonly string[] | Readonly<Record<string, string | number | boolean | null>>;
  readonly rollback_config?: RawUpdateConfiguration;
  readonly update_config?: RawUpdateConfiguration;
  readonly resources?: RawResources;
  readonly restart_policy?: RawRestartPolicy;
  readonly placement?: RawPlacement;
  readonly [key: `x-${string}`]: unknown;
}

/** A hook as it is written. */
export interface RawHook {
  readonly command: string | readonly string[] | null;
  readonly user?: string;
  readonly privileged?: boolean | string;
  readonly working_dir?: string;
  readonly environment?: readonly string[] | Readonly<Record<string, string | number | boolean | null>>;
  readonly [key: `x-${string}`]: unknown;
}

/** A watch rule as it is written. */
export interface RawWatchRule {
  readonly ignore?: string | readonly string[];
  readonly include?: string | readonly string[];
  readonly path: string;
  readonly action: RawChoice<"rebuild" | "sync" | "restart" | "sync+restart" | "sync+exec">;
  readonly target?: string;
  readonly exec?: RawHook;
  readonly initial_sync?: boolean;
  readonly [key: `x-${string}`]: unknown;
}

/** Develop as it is written. */
export interface RawDevelop {
  readonly watch?: readonly RawWatchRule[];
  readonly [key: `x-${string}`]: unknown;
}

/** A device as it is written. */
export interface RawDevice {
  readonly source: string;
  readonly target?: string;
  readonly permissions?: string;
  readonly [key: `x-${string}`]: unknown;
}

/** An env file as it is written. */
export interface RawEnvFile {
  readonly path: string;
  readonly format?: string;
  readonly required?: boolean | string;
}

/** Extends as it is written. */
export interface RawExtends {
  readonly service: string;
  readonly file?: string | null;
}

/** A device request as it is written. */
export interface RawGpus {
  readonly capabilities?: readonly string[];
  readonly count?: number | string;
  readonly device_ids?: readonly string[];
  readonly driver?: string;
  readonly options?: readonly string[] | Readonly<Record<string, string | number | boolean | null>>;
  readonly [key: `x-${string}`]: unknown;
}

/** A healthcheck as it is written. */
export interface RawHealthcheck {
  readonly disable?: boolean | string;
  readonly interval?: string;
  readonly retries?: number | string;
  readonly test?: string | readonly string[];
  readonly timeout?: string;
  readonly start_period?: string;
  readonly start_interval?: string;
  readonly [key: `x-${string}`]: unknown;
}

/** Logging as it is written. */
export interface RawLogging {
  readonly driver?: string;
  readonly options?: Readonly<Record<string, string | number | null>>;
  readonly [key: `x-${string}`]: unknown;
}

/** A model binding as it is written. */
export interface RawModelBinding {
  readonly endpoint_var?: string;
  readonly model_var?: string;
  readonly [key: `x-${string}`]: unknown;
}

/** A network attachment as it is written. */
export interface RawNetworkAttachment {
  readonly aliases?: readonly string[];
  readonly interface_name?: string;
  readonly ipv4_address?: string;
  readonly ipv6_address?: string;
  readonly link_local_ips?: readonly string[];
  readonly mac_address?: string;
  readonly driver_opts?: Readonly<Record<string, string | number>>;
  readonly priority?: number;
  readonly gw_priority?: number;
  readonly [key: `x-${string}`]: unknown;
}

/** A port as it is written. */
export interface RawPort {
  readonly name?: string;
  readonly mode?: string;
  readonly host_ip?: string;
  readonly target?: number | string;
  readonly published?: string | number;
  readonly protocol?: string;
  readonly app_protocol?: string;
  readonly [key: `x-${string}`]: unknown;
}

/** A hook as it is written. */
export interface RawPreStart {
  readonly command: string | readonly string[] | null;
  readonly count?: number | string;
  readonly image?: string;
  readonly user?: string;
  readonly privileged?: boolean | string;
  readonly working_dir?: string;
  readonly environment?: readonly string[] | Readonly<Record<string, string | number | boolean | null>>;
  readonly per_replica?: boolean | string;
  readonly [key: `x-${string}`]: unknown;
}

/** A provider as it is written. */
export interface RawProvider {
  readonly type: string;
  readonly options?: Readonly<Record<string, string | number | boolean | readonly (string | number | boolean)[]>>;
  readonly [key: `x-${string}`]: unknown;
}

/** Bind options as it is written. */
export interface RawBindOptions {
  readonly propagation?: string;
  readonly create_host_path?: boolean | string;
  readonly recursive?: RawChoice<"enabled" | "disabled" | "writable" | "readonly">;
  readonly selinux?: RawChoice<"z" | "Z">;
  readonly [key: `x-${string}`]: unknown;
}

/** Volume options as it is written. */
export interface RawVolumeOptions {
  readonly labels?: readonly string[] | Readonly<Record<string, string | number | boolean | null>>;
  readonly nocopy?: boolean | string;
  readonly subpath?: string;
  readonly [key: `x-${string}`]: unknown;
}

/** Tmpfs options as it is written. */
export interface RawTmpfsOptions {
  readonly size?: number | string;
  readonly mode?: number;
  readonly [key: `x-${string}`]: unknown;
}

/** Image options as it is written. */
export interface RawImageOptions {
  readonly subpath?: string;
  readonly [key: `x-${string}`]: unknown;
}

/** A volume as it is written. */
export interface RawVolume {
  readonly type: RawChoice<"bind" | "volume" | "tmpfs" | "cluster" | "npipe" | "image">;
  readonly source?: string;
  readonly target?: string;
  readonly read_only?: boolean | string;
  readonly consistency?: string;
  readonly bind?: RawBindOptions;
  readonly volume?: RawVolumeOptions;
  readonly tmpfs?: RawTmpfsOptions;
  readonly image?: RawImageOptions;
  readonly [key: `x-${string}`]: unknown;
}

/** A service as it is written. */
export interface RawService {
  readonly annotations?: readonly string[] | Readonly<Record<string, string | number | boolean | null>>;
  readonly attach?: boolean | string;
  readonly blkio_config?: RawBlkioConfiguration;
  readonly build?: string | RawBuild;
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly cgroup?: RawChoice<"host" | "private">;
  readonly cgroup_parent?: string;
  readonly command?: string | readonly string[] | null;
  readonly count?: number | string;
  readonly configs?: readonly (string | RawMountedFile)[];
  readonly container_name?: string;
  readonly cpu_count?: number | string;
  readonly cpu_percent?: number | string;
  readonly cpu_period?: number | string;
  readonly cpu_quota?: number | string;
  readonly cpu_rt_period?: number | string;
  readonly cpu_rt_runtime?: number | string;
  readonly cpu_shares?: number | string;
  readonly cpus?: number | string;
  readonly cpuset?: string;
  readonly credential_spec?: RawCredentialSpec;
  readonly depends_on?: readonly string[] | Readonly<Record<string, RawDependency>>;
  readonly deploy?: RawDeployment | null;
  readonly develop?: RawDevelop | null;
  readonly device_cgroup_rules?: readonly string[];
  readonly devices?: readonly (string | RawDevice)[];
  readonly dns?: string | readonly string[];
  readonly dns_opt?: readonly string[];
  readonly dns_search?: string | readonly string[];
  readonly domainname?: string;
  readonly entrypoint?: string | readonly string[] | null;
  readonly env_file?: string | readonly (string | RawEnvFile)[];
  readonly environment?: readonly string[] | Readonly<Record<string, string | number | boolean | null>>;
  readonly expose?: readonly (string | number)[];
  readonly extends?: string | RawExtends;
  readonly external_links?: readonly string[];
  readonly extra_hosts?: readonly string[] | Readonly<Record<string, string | readonly string[]>>;
  readonly gpus?: RawChoice<"all"> | readonly RawGpus[];
  readonly group_add?: readonly (string | number)[];
  readonly healthcheck?: RawHealthcheck;
  readonly hostname?: string;
  readonly image?: string;
  readonly init?: boolean | string;
  readonly ipc?: string;
  readonly isolation?: string;
  readonly label_file?: string | readonly string[];
  readonly labels?: readonly string[] | Readonly<Record<string, string | number | boolean | null>>;
  readonly links?: readonly string[];
  readonly logging?: RawLogging;
  readonly mac_address?: string;
  readonly mem_limit?: number | string;
  readonly mem_reservation?: number | string;
  readonly mem_swappiness?: number | string;
  readonly memswap_limit?: number | string;
  readonly models?: readonly string[] | Readonly<Record<string, RawModelBinding | null>>;
  readonly network_mode?: string;
  readonly networks?: readonly string[] | Readonly<Record<string, RawNetworkAttachment | null>>;
  readonly oom_kill_disable?: boolean | string;
  readonly oom_score_adj?: number | string;
  readonly pid?: string | null;
  readonly pids_limit?: number | string;
  readonly platform?: string;
  readonly ports?: readonly (string | number | RawPort)[];
  readonly post_start?: readonly RawHook[];
  readonly pre_start?: readonly RawPreStart[];
  readonly pre_stop?: readonly RawHook[];
  readonly privileged?: boolean | string;
  readonly profiles?: readonly string[];
  readonly provider?: RawProvider;
  readonly pull_policy?: string;
  readonly pull_refresh_after?: string;
  readonly read_only?: boolean | string;
  readonly restart?: string;
  readonly runtime?: string;
  readonly scale?: number | string;
  readonly secrets?: readonly (string | RawMountedFile)[];
  readonly security_opt?: readonly string[];
  readonly shm_size?: number | string;
  readonly stdin_open?: boolean | string;
  readonly stop_grace_period?: string;
  readonly stop_signal?: string;
  readonly storage_opt?: Readonly<Record<string, string | number | null>>;
  readonly sysctls?: readonly string[] | Readonly<Record<string, string | number | boolean | null>>;
  readonly tmpfs?: string | readonly string[];
  readonly tty?: boolean | string;
  readonly ulimits?: Readonly<Record<string, number | string | RawUlimit>>;
  readonly use_api_socket?: boolean;
  readonly user?: string;
  readonly userns_mode?: string;
  readonly uts?: string;
  readonly volumes?: readonly (string | RawVolume)[];
  readonly volumes_from?: readonly string[];
  readonly working_dir?: string;
  readonly [key: `x-${string}`]: unknown;
}

/** A model as it is written. */
export interface RawModel {
  readonly name?: string;
  readonly model: string;
  readonly context_size?: number;
  readonly runtime_flags?: readonly string[];
  readonly [key: `x-${string}`]: unknown;
}

/** An address pool as it is written. */
export interface RawAddressPool {
  readonly subnet?: string;
  readonly ip_range?: string;
  readonly gateway?: string;
  readonly aux_addresses?: Readonly<Record<string, string>>;
  readonly [key: `x-${string}`]: unknown;
}

/** Ipam as it is written. */
export interface RawIpam {
  readonly driver?: string;
  readonly config?: readonly RawAddressPool[];
  readonly options?: Readonly<Record<string, string>>;
  readonly [key: `x-${string}`]: unknown;
}

/** A network as it is written. */
export interface RawNetwork {
  readonly name?: string;
  readonly driver?: string;
  readonly driver_opts?: Readonly<Record<string, string | number>>;
  readonly ipam?: RawIpam;
  readonly external?: boolean | string | { readonly name?: string };
  readonly internal?: boolean | string;
  readonly enable_ipv4?: boolean | string;
  readonly enable_ipv6?: boolean | string;
  readonly attachable?: boolean | string;
  readonly labels?: readonly string[] | Readonly<Record<string, string | number | boolean | null>>;
  readonly [key: `x-${string}`]: unknown;
}

/** A volume as it is written. */
export interface RawVolumes {
  readonly name?: string;
  readonly driver?: string;
  readonly driver_opts?: Readonly<Record<string, string | number>>;
  readonly external?: boolean | string | { readonly name?: string };
  readonly labels?: readonly string[] | Readonly<Record<string, string | number | boolean | null>>;
  readonly [key: `x-${string}`]: unknown;
}

/** A secret as it is written. */
export interface RawSecret {
  readonly name?: string;
  readonly environment?: string;
  readonly file?: string;
  readonly external?: boolean | string | { readonly name?: string };
  readonly labels?: readonly string[] | Readonly<Record<string, string | number | boolean | null>>;
  readonly driver?: string;
  readonly driver_opts?: Readonly<Record<string, string | number>>;
  readonly template_driver?: string;
  readonly [key: `x-${string}`]: unknown;
}

/** A config as it is written. */
export interface RawConfig {
  readonly name?: string;
  readonly content?: string;
  readonly environment?: string;
  readonly file?: string;
  readonly external?: boolean | string | { readonly name?: string };
  readonly labels?: readonly string[] | Readonly<Record<string, string | number | boolean | null>>;
  readonly template_driver?: string;
  readonly [key: `x-${string}`]: unknown;
}

/** A compose file as it is written. */
export interface RawComposeFile {
  readonly version?: string;
  readonly name?: string;
  readonly include?: string | null | readonly (string | RawInclude)[];
  readonly services?: Readonly<Record<string, RawService>>;
  readonly models?: Readonly<Record<string, RawModel>>;
  readonly networks?: Readonly<Record<string, RawNetwork | null>>;
  readonly volumes?: Readonly<Record<string, RawVolumes | null>>;
  readonly secrets?: Readonly<Record<string, RawSecret>>;
  readonly configs?: Readonly<Record<string, RawConfig>>;
  readonly [key: `x-${string}`]: unknown;
}
