import { describe, expect, test } from "vitest";
import type { ComposeError } from "../compose-error.ts";
import { load } from "../load.ts";
import { normalize } from "../normalize.ts";
import { toBalena } from "./to-balena.ts";

/** What is in the way of a service with these fields, as the paths of the problems. */
function refused(fields: string, rest = ""): string[] {
  const project = normalize(`services:\n  a: { image: x, ${fields} }\n  b: { image: x }\n${rest}`);
  try {
    toBalena(project);
  } catch (error) {
    return (error as ComposeError).problems.map(({ path }) => path ?? "");
  }
  return [];
}

describe("fields of services", () => {
  test.each([
    ["blkio_config", "{ weight: 10 }"],
    ["cpu_count", "1"],
    ["cpu_percent", "5"],
    ["cpu_period", "5"],
    ["credential_spec", "{ file: f }"],
    ["deploy", "{ mode: global }"],
    ["develop", "{ watch: [{ path: ., action: rebuild }] }"],
    ["external_links", "[c]"],
    ["gpus", "all"],
    ["isolation", "default"],
    ["links", "[b]"],
    ["logging", "{ driver: syslog }"],
    ["mem_swappiness", "5"],
    ["memswap_limit", "1g"],
    ["oom_kill_disable", "true"],
    ["platform", "linux/arm64"],
    ["pull_policy", "always"],
    ["runtime", "runc"],
    ["scale", "2"],
    ["stdin_open", "true"],
    ["storage_opt", "{ size: 1G }"],
  ])("%s is refused", (field, value) => {
    expect(refused(`${field}: ${value}`)).toContain(`services.a.${field}`);
  });

  test.each([
    ["network_mode: 'container:x'", "services.a.network_mode"],
    ["pid: 'container:x'", "services.a.pid"],
    ["ipc: 'service:b'", "services.a.ipc"],
    ["volumes_from: ['container:x']", "services.a.volumes_from[0]"],
    ["devices: ['vendor.com/gpu=all']", "services.a.devices[0]"],
    ["security_opt: [no-new-privileges, 'label:disable']", "services.a.security_opt[1]"],
    ["depends_on: { b: { condition: service_completed_successfully } }", "services.a.depends_on.b"],
    ["networks: { default: { link_local_ips: [169.254.1.1] } }", "services.a.networks.default.link_local_ips"],
    ["volumes: ['/etc:/etc']", "services.a.volumes[0]"],
  ])("%s is refused", (field, path) => {
    expect(refused(field)).toEqual([path]);
  });

  test.each([
    "privileged: true, cap_add: [SYS_ADMIN], devices: ['/dev/ttyS0:/dev/ttyS0']",
    "security_opt: [no-new-privileges, 'apparmor=unconfined', 'seccomp=unconfined']",
    "restart: always, healthcheck: { test: ok }, tmpfs: /t, ulimits: { nofile: 5 }, network_mode: host",
    "depends_on: [b], mem_limit: 1g, cpus: 0.5",
  ])("%s is not", (fields) => {
    expect(refused(fields)).toEqual([]);
  });
});

test.each([
  ["additional_contexts", "{ o: ./o }"],
  ["cache_to", "[x]"],
  ["dockerfile_inline", "FROM x"],
  ["entitlements", "[network.host]"],
  ["isolation", "default"],
  ["network", "host"],
  ["no_cache", "true"],
  ["platforms", "[linux/arm64]"],
  ["privileged", "true"],
  ["pull", "true"],
  ["ssh", "[default]"],
  ["tags", "[t]"],
  ["ulimits", "{ nofile: 5 }"],
])("build.%s is refused", (field, value) => {
  expect(refused(`build: { context: ., ${field}: ${value} }`)).toContain(`services.a.build.${field}`);
});

test("a git context is refused, a folder is not", () => {
  expect(refused("build: https://github.com/a/b.git")).toEqual(["services.a.build.context"]);
  expect(refused("build: ./a")).toEqual([]);
});

test("secrets, configs, and networks and volumes that somebody else makes or drives, all at once", () => {
  const rest = `secrets: { s: { file: s } }
configs: { c: { file: c } }
networks: { n: { external: true }, o: { driver: overlay, attachable: true, enable_ipv6: true }, p: { driver: bridge } }
volumes: { v: { external: true }, w: { driver: nfs }, x: { driver: local } }
`;
  expect(refused("tty: true", rest).toSorted()).toEqual([
    "configs.c",
    "networks.n.external",
    "networks.o.attachable",
    "networks.o.driver",
    "networks.o.enable_ipv6",
    "secrets.s",
    "volumes.v.external",
    "volumes.w.driver",
  ]);
});

test("mounts of well-known paths of the host become labels; volumes stay", () => {
  const project = normalize(`services:
  a:
    image: x
    labels: { own: "1" }
    volumes:
      - data:/data
      - /var/run/docker.sock:/s
      - /run/dbus:/dbus
      - /sys:/sys
      - /proc/:/proc
      - /lib/modules:/lib/modules
      - /lib/firmware:/lib/firmware
      - /run/log/journal:/run/log/journal
      - /var/log/journal:/var/log/journal
      - /etc/machine-id:/etc/machine-id
volumes: { data: }
`);
  const before = structuredClone(project);
  const service = toBalena(project).services["a"];
  expect(service?.labels).toEqual({
    own: "1",
    ...Object.fromEntries(
      ["balena-socket", "dbus", "sysfs", "procfs", "kernel-modules", "firmware", "journal-logs"].map((feature) => [
        `io.balena.features.${feature}`,
        "1",
      ]),
    ),
  });
  expect(service?.volumes.map(({ source }) => source)).toEqual(["data"]);
  expect(project).toEqual(before);
});

test("a part of the journal alone is a path like any other", () => {
  expect(refused("volumes: ['/etc/machine-id:/m', '/run/log/journal:/j']")).toHaveLength(2);
});

test("problems know where they were written", async () => {
  const { project, locate } = await load({
    text: "services:\n  a:\n    image: x\n    links: []\n    runtime: r\n",
    projectName: "p",
  });
  expect(() => toBalena(project, { locate })).toThrow("compose.yaml:5:5: services.a.runtime");
});
