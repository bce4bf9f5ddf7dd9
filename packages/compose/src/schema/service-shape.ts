import { buildShape } from "./build-shape.ts";
import { deviceRequest, fileMounts, serviceHook, ulimits } from "./common-shapes.ts";
import { deployShape } from "./deploy-shape.ts";
import { networkAttachment, serviceVolumes } from "./service-volume-shape.ts";
import type { RecordShape, Shape } from "./shape.ts";
import {
  boolean,
  byKind,
  bytes,
  choice,
  command,
  count,
  cutNumber,
  duration,
  hosts,
  kept,
  labels,
  list,
  map,
  number,
  record,
  resourceKey,
  strictBoolean,
  text,
  textList,
  textOrWhole,
  texts,
  uniqueTexts,
  variables,
  whole,
  wholeBytes,
} from "./vocabulary.ts";

const blockIoRates: Shape = list(record("a device's rate", { path: text, rate: wholeBytes }, { closed: true }));

const port: Shape = byKind({
  scalar: textOrWhole,
  mapping: record("a port", {
    name: text,
    mode: text,
    host_ip: text,
    target: { ...whole, min: 0 },
    published: textOrWhole,
    protocol: text,
    app_protocol: text,
  }),
});

const dependency: RecordShape = record(
  "a dependency",
  {
    restart: boolean,
    required: kept(strictBoolean),
    condition: choice("service_started", "service_healthy", "service_completed_successfully"),
  },
  { required: ["condition"] },
);

const watchRule: Shape = record(
  "a watch rule",
  {
    ignore: texts,
    include: texts,
    path: text,
    action: choice("rebuild", "sync", "restart", "sync+restart", "sync+exec"),
    target: text,
    exec: serviceHook,
    initial_sync: strictBoolean,
  },
  { required: ["path", "action"] },
);

const modelBinding: Shape = record(
  "a model binding",
  { endpoint_var: text, model_var: text },
  { nullable: true, keepZero: true },
);

const anyText: Shape = { kind: "text", scalars: ["number", "boolean"], keepZero: true };
const providerOption: Shape = byKind({ scalar: anyText, sequence: list(anyText) });

const preStartHook: Shape = record(
  "a hook",
  {
    command,
    count,
    image: text,
    user: text,
    privileged: boolean,
    working_dir: text,
    environment: variables,
    per_replica: boolean,
  },
  { required: ["command"] },
);

/** A service, in its short forms and its long ones. */
export const serviceShape: RecordShape = record(
  "a service",
  {
    annotations: labels,
    attach: kept(boolean),
    blkio_config: record(
      "a blkio configuration",
      {
        device_read_bps: blockIoRates,
        device_read_iops: blockIoRates,
        device_write_bps: blockIoRates,
        device_write_iops: blockIoRates,
        weight: { ...whole, strict: true, min: 0, max: 65_535 },
        weight_device: list(
          record(
            "a device's weight",
            { path: text, weight: { ...whole, strict: true, min: 0, max: 65_535 } },
            { closed: true },
          ),
        ),
      },
      { closed: true },
    ),
    build: buildShape,
    cap_add: uniqueTexts,
    cap_drop: uniqueTexts,
    cgroup: choice("host", "private"),
    cgroup_parent: text,
    command,
    count,
    configs: fileMounts,
    container_name: {
      kind: "text",
      pattern: /[a-zA-Z0-9][a-zA-Z0-9_.-]+/,
      expected: "a container's name: two or more letters, digits, _ . or -, a letter or digit first",
    },
    cpu_count: { ...whole, min: 0 },
    cpu_percent: { ...number, min: 0, max: 100, noFloat: true },
    cpu_period: cutNumber,
    cpu_quota: cutNumber,
    cpu_rt_period: cutNumber,
    cpu_rt_runtime: cutNumber,
    cpu_shares: cutNumber,
    cpus: number,
    cpuset: text,
    credential_spec: record("a credential spec", { config: text, file: text, registry: text }),
    depends_on: byKind({ sequence: uniqueTexts, mapping: map(dependency, resourceKey) }),
    deploy: deployShape,
    develop: record("develop", { watch: list(watchRule) }, { nullable: true, keepZero: true }),
    device_cgroup_rules: uniqueTexts,
    devices: list(
      byKind({
        scalar: text,
        mapping: record("a device", { source: kept(text), target: text, permissions: text }, { required: ["source"] }),
      }),
    ),
    dns: texts,
    dns_opt: uniqueTexts,
    dns_search: texts,
    domainname: text,
    entrypoint: command,
    env_file: byKind({
      scalar: text,
      sequence: list(
        byKind({
          scalar: text,
          mapping: record(
            "an env file",
            { path: text, format: text, required: kept(boolean) },
            { closed: true, required: ["path"] },
          ),
        }),
      ),
    }),
    environment: variables,
    expose: { kind: "list", item: textOrWhole, unique: true },
    extends: byKind({
      scalar: text,
      mapping: record(
        "extends",
        { service: text, file: { kind: "text", scalars: ["null"] } },
        { closed: true, required: ["service"] },
      ),
    }),
    external_links: uniqueTexts,
    extra_hosts: hosts,
    gpus: byKind({ scalar: choice("all"), sequence: list({ ...deviceRequest, open: true }) }),
    group_add: { kind: "list", item: textOrWhole, unique: true },
    healthcheck: record("a healthcheck", {
      disable: boolean,
      interval: duration,
      retries: kept({ ...cutNumber, min: 0 }),
      test: { kind: "check" },
      timeout: duration,
      start_period: duration,
      start_interval: duration,
    }),
    hostname: text,
    image: text,
    init: kept(boolean),
    ipc: text,
    isolation: text,
    label_file: byKind({ scalar: text, sequence: textList }),
    labels,
    links: uniqueTexts,
    logging: record("logging", {
      driver: text,
      options: map({ kind: "text", scalars: ["number", "null"], keepZero: true }),
    }),
    mac_address: text,
    mem_limit: bytes,
    mem_reservation: wholeBytes,
    mem_swappiness: wholeBytes,
    memswap_limit: bytes,
    models: byKind({ sequence: uniqueTexts, mapping: map(modelBinding) }),
    network_mode: text,
    networks: byKind({ sequence: uniqueTexts, mapping: map(networkAttachment, resourceKey) }),
    oom_kill_disable: boolean,
    oom_score_adj: { ...whole, min: -1000, max: 1000 },
    pid: { kind: "text", scalars: ["null"] },
    pids_limit: cutNumber,
    platform: text,
    ports: list(port),
    post_start: list(serviceHook),
    pre_start: list(preStartHook),
    pre_stop: list(serviceHook),
    privileged: boolean,
    profiles: uniqueTexts,
    provider: record("a provider", { type: text, options: map(providerOption) }, { required: ["type"] }),
    pull_policy: {
      kind: "text",
      pattern: /^(?:always|never|build|if_not_present|missing|refresh|daily|weekly|every_(?:\d+[wdhms])+)$/,
      expected: "always, never, build, missing, daily, weekly or every_<duration>",
    },
    pull_refresh_after: text,
    read_only: boolean,
    restart: text,
    runtime: text,
    scale: kept(count),
    secrets: fileMounts,
    security_opt: uniqueTexts,
    shm_size: bytes,
    stdin_open: boolean,
    stop_grace_period: duration,
    stop_signal: text,
    storage_opt: map({ kind: "text", scalars: ["number", "null"], keepZero: true }),
    sysctls: labels,
    tmpfs: texts,
    tty: boolean,
    ulimits,
    use_api_socket: strictBoolean,
    user: text,
    userns_mode: text,
    uts: text,
    volumes: serviceVolumes,
    volumes_from: uniqueTexts,
    working_dir: text,
  },
  { keepsOwn: true },
);
