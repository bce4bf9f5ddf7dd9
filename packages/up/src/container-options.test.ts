import { normalize, type Project } from "@slipway/compose";
import { isSlipwayError } from "@slipway/errors";
import type { Dockerode } from "@slipway/transport";
import { expect, test } from "vitest";
import { type DesiredContainer, desiredState } from "./desired-state.ts";

function containers(raw: object): Record<string, DesiredContainer> {
  const project: Project = normalize({ name: "p", ...raw });
  const images = Object.fromEntries(
    Object.keys(project.services).map((name) => [name, { reference: "busybox", id: "sha256:1", volumes: [] }]),
  );
  const state = desiredState(project, { images });
  return Object.fromEntries(state.containers.map((container) => [container.service, container]));
}

function options(service: object, more: object = {}): Dockerode.ContainerCreateOptions {
  return containers({ services: { web: { image: "busybox", ...service } }, ...more })["web"]?.options ?? {};
}

test("process, user and terminal", () => {
  expect(
    options({
      command: ["sh", "-c", "x"],
      entrypoint: [],
      user: "1000:5",
      working_dir: "/w",
      hostname: "h",
      domainname: "d.test",
      tty: true,
      stdin_open: true,
      stop_signal: "SIGINT",
      stop_grace_period: "1m1500ms",
      init: true,
    }),
  ).toMatchObject({
    Image: "busybox",
    Cmd: ["sh", "-c", "x"],
    Entrypoint: [],
    User: "1000:5",
    WorkingDir: "/w",
    Hostname: "h",
    Domainname: "d.test",
    Tty: true,
    OpenStdin: true,
    StopSignal: "SIGINT",
    StopTimeout: 62,
    HostConfig: { Init: true },
  });
});

test("what is not said is left to the image", () => {
  const created = options({});
  for (const field of ["Cmd", "Entrypoint", "User", "WorkingDir", "Healthcheck", "StopSignal", "StopTimeout"]) {
    expect(created).not.toHaveProperty(field);
  }
});

test("a variable without a value is taken away from the image's", () => {
  expect(options({ environment: { A: "1", EMPTY: "", SLIPWAY_NOT_SET: null } }).Env).toEqual(
    expect.arrayContaining(["A=1", "EMPTY=", "SLIPWAY_NOT_SET"]),
  );
});

test("ports: addresses, protocols, ranges, ports of the engine's choice", () => {
  const created = options({
    ports: ["8080:80", "127.0.0.1:9000:90/udp", "70", "8000-8010:60"],
    expose: ["3000", "4000-4001/udp"],
  });
  expect(created.HostConfig?.PortBindings).toEqual({
    "80/tcp": [{ HostIp: "", HostPort: "8080" }],
    "90/udp": [{ HostIp: "127.0.0.1", HostPort: "9000" }],
    "70/tcp": [{ HostIp: "", HostPort: "" }],
    "60/tcp": [{ HostIp: "", HostPort: "8000-8010" }],
  });
  expect(Object.keys(created.ExposedPorts ?? {}).toSorted()).toEqual(
    ["3000/tcp", "4000/udp", "4001/udp", "60/tcp", "70/tcp", "80/tcp", "90/udp"].toSorted(),
  );
});

test("mounts: bind, named, anonymous and tmpfs", () => {
  const { HostConfig } = options(
    {
      volumes: [
        "/src:/made:ro,z",
        { type: "bind", source: "/src", target: "/plain" },
        { type: "bind", source: "/src", target: "/there", bind: { create_host_path: false, propagation: "rshared" } },
        "data:/data",
        { type: "volume", source: "data", target: "/fresh", read_only: true, volume: { nocopy: true } },
        "/anonymous",
        { type: "tmpfs", target: "/t", tmpfs: { size: "10m", mode: 0o755 } },
      ],
      tmpfs: ["/run", "/tmp:size=1m,mode=1777"],
    },
    { volumes: { data: { name: "elsewhere" } } },
  );
  expect(HostConfig?.Binds).toEqual(["/src:/made:ro,z", "/src:/plain:rw"]);
  expect(HostConfig?.Mounts).toMatchObject([
    { Type: "bind", Source: "/src", Target: "/there", BindOptions: { Propagation: "rshared" } },
    { Type: "volume", Source: "elsewhere", Target: "/data", ReadOnly: false },
    { Type: "volume", Source: "elsewhere", Target: "/fresh", ReadOnly: true, VolumeOptions: { NoCopy: true } },
    { Type: "volume", Source: "", Target: "/anonymous" },
    { Type: "tmpfs", Target: "/t", TmpfsOptions: { SizeBytes: 10_485_760, Mode: 0o755 } },
  ]);
  expect(HostConfig?.Tmpfs).toEqual({ "/run": "", "/tmp": "size=1m,mode=1777" });
});

test("networks: the one of highest priority first, the service's name an alias on each", () => {
  const { web } = containers({
    services: {
      web: {
        image: "busybox",
        networks: { a: { aliases: ["www"] }, b: { priority: 5, ipv4_address: "172.30.0.5", driver_opts: { x: 1 } } },
      },
    },
    networks: { a: {}, b: { name: "shared" } },
  });
  expect(web?.attachments).toEqual([
    {
      network: "shared",
      endpoint: { Aliases: ["p-web-1", "web"], IPAMConfig: { IPv4Address: "172.30.0.5" }, DriverOpts: { x: "1" } },
    },
    { network: "p_a", endpoint: { Aliases: ["p-web-1", "web", "www"] } },
  ]);
  expect(web?.options.HostConfig?.NetworkMode).toBe("shared");
  expect(Object.keys(web?.options.NetworkingConfig?.EndpointsConfig ?? {})).toEqual(["shared"]);
});

test.each(["host", "none", "container:other"])("network_mode %s", (mode) => {
  const created = options({ network_mode: mode });
  expect(created.HostConfig?.NetworkMode).toBe(mode);
  expect(created.NetworkingConfig?.EndpointsConfig).toEqual({});
});

test("namespaces of another service are left for its container's id, and make it a dependency", () => {
  const { web } = containers({
    services: {
      web: { image: "busybox", network_mode: "service:db", pid: "service:db", ipc: "host" },
      db: { image: "busybox", ipc: "shareable" },
    },
  });
  expect(web?.shares).toEqual({ network: "db", pid: "db" });
  expect(web?.dependencies.map(({ service }) => service)).toEqual(["db"]);
  expect(web?.options.HostConfig).not.toHaveProperty("NetworkMode");
  expect(web?.options.HostConfig).toMatchObject({ IpcMode: "host" });
});

test("health check durations become nanoseconds", () => {
  const healthcheck = { test: "true", interval: "1m30s", timeout: "500ms", retries: 3, start_period: "1s" };
  expect(options({ healthcheck }).Healthcheck).toMatchObject({
    Test: ["CMD-SHELL", "true"],
    Interval: 90e9,
    Timeout: 5e8,
    Retries: 3,
    StartPeriod: 1e9,
  });
  expect(options({ healthcheck: { disable: true } }).Healthcheck).toEqual({ Test: ["NONE"] });
});

test("limits, rights and the rest of the host's configuration", () => {
  const created = options({
    restart: "on-failure:3",
    privileged: true,
    read_only: true,
    cap_add: ["NET_ADMIN"],
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    group_add: ["audio", 5],
    dns: ["8.8.8.8"],
    dns_search: ["x.test"],
    dns_opt: ["ndots:2"],
    extra_hosts: ["a:1.2.3.4", "b=::1"],
    sysctls: { "net.core.somaxconn": 1024 },
    ulimits: { nproc: 100, nofile: { soft: 10, hard: 20 } },
    devices: ["/dev/null:/dev/nn:rw", "/dev/zero"],
    shm_size: "64m",
    mem_limit: "1g",
    memswap_limit: -1,
    cpus: 1.5,
    pids_limit: 100,
    logging: { driver: "json-file", options: { "max-size": "10m" } },
    uts: "host",
  });
  expect(created.HostConfig).toMatchObject({
    RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
    Privileged: true,
    ReadonlyRootfs: true,
    CapAdd: ["NET_ADMIN"],
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges:true"],
    GroupAdd: ["audio", "5"],
    Dns: ["8.8.8.8"],
    DnsSearch: ["x.test"],
    DnsOptions: ["ndots:2"],
    ExtraHosts: ["a:1.2.3.4", "b:::1"],
    Sysctls: { "net.core.somaxconn": "1024" },
    Ulimits: expect.arrayContaining([
      { Name: "nproc", Soft: 100, Hard: 100 },
      { Name: "nofile", Soft: 10, Hard: 20 },
    ]),
    Devices: [
      { PathOnHost: "/dev/null", PathInContainer: "/dev/nn", CgroupPermissions: "rw" },
      { PathOnHost: "/dev/zero", PathInContainer: "/dev/zero", CgroupPermissions: "rwm" },
    ],
    ShmSize: 67_108_864,
    Memory: 1_073_741_824,
    MemorySwap: -1,
    NanoCpus: 1.5e9,
    PidsLimit: 100,
    LogConfig: { Type: "json-file", Config: { "max-size": "10m" } },
    UTSMode: "host",
  });
});

test("labels: the service's own, and those of docker compose over them", () => {
  const { web } = containers({
    services: {
      web: {
        image: "busybox",
        labels: { a: "b" },
        depends_on: { db: { condition: "service_healthy", restart: true } },
      },
      db: { image: "busybox" },
    },
  });
  expect(web?.options.Labels).toMatchObject({
    a: "b",
    "com.docker.compose.project": "p",
    "com.docker.compose.service": "web",
    "com.docker.compose.container-number": "1",
    "com.docker.compose.oneoff": "False",
    "com.docker.compose.config-hash": expect.stringMatching(/^[0-9a-f]{64}$/),
    "com.docker.compose.image": "sha256:1",
    "com.docker.compose.depends_on": "db:service_healthy:true",
  });
});

test("every value that cannot be read is told at once", () => {
  const project = normalize({ name: "p", services: { web: { image: "busybox" }, db: { image: "busybox" } } });
  const { web, db } = project.services;
  const services = { web: { ...web, stop_grace_period: "soon" }, db: { ...db, mem_limit: "lots" } };
  const images = { web: { reference: "b", id: "1", volumes: [] }, db: { reference: "b", id: "1", volumes: [] } };
  let error: unknown;
  try {
    desiredState(Object.assign(project, { services }), { images });
  } catch (caught) {
    error = caught;
  }
  const paths = isSlipwayError(error, "UP_INVALID_VALUE") ? error.problems.map(({ path }) => path) : [];
  expect(new Set(paths)).toEqual(new Set(["services.db.mem_limit", "services.web.stop_grace_period"]));
});
