import type { ContainerSpec, Mount } from "../backend/container-spec.ts";
import type { FoundUser } from "./find-user.ts";
import type { ImageConfig } from "./image-content.ts";

/** What a container's specification is made of, beside its options. */
export interface SpecContext {
  readonly id: string;
  readonly image: ImageConfig;
  readonly user: FoundUser;
  readonly hostname: string;
  /** Files of ours that are put over those of the image: source by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** A process as the OCI runtime specification has it. */
export interface SpecProcess {
  readonly terminal: boolean;
  readonly user: { readonly uid: number; readonly gid: number; readonly additionalGids: readonly number[] };
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly capabilities: Readonly<Record<string, readonly string[]>>;
  readonly noNewPrivileges: boolean;
}

/** A container as the OCI runtime specification has it. */
export interface RuntimeSpec {
  readonly ociVersion: string;
  readonly process: SpecProcess;
  readonly [section: string]: unknown;
}

/** The bit of a process's rights by name; those that containers of docker have without asking. */
const capabilities = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FSETID",
  "CAP_FOWNER",
  "CAP_MKNOD",
  "CAP_NET_RAW",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETFCAP",
  "CAP_SETPCAP",
  "CAP_NET_BIND_SERVICE",
  "CAP_SYS_CHROOT",
  "CAP_KILL",
  "CAP_AUDIT_WRITE",
];
const furtherCapabilities = [
  "CAP_DAC_READ_SEARCH",
  "CAP_IPC_LOCK",
  "CAP_IPC_OWNER",
  "CAP_LEASE",
  "CAP_LINUX_IMMUTABLE",
  "CAP_NET_ADMIN",
  "CAP_NET_BROADCAST",
  "CAP_SYS_ADMIN",
  "CAP_SYS_BOOT",
  "CAP_SYS_MODULE",
  "CAP_SYS_NICE",
  "CAP_SYS_PACCT",
  "CAP_SYS_PTRACE",
  "CAP_SYS_RAWIO",
  "CAP_SYS_RESOURCE",
  "CAP_SYS_TIME",
  "CAP_SYS_TTY_CONFIG",
  "CAP_SYSLOG",
];

const usualPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The specification that runc runs: the image's defaults, and what the options say. */
export function runtimeSpec(spec: ContainerSpec, context: SpecContext): RuntimeSpec {
  const config = context.image.config ?? {};
  const args = spec.entrypoint
    ? [...spec.entrypoint, ...(spec.command ?? [])]
    : [...(config.Entrypoint ?? []), ...(spec.command ?? config.Cmd ?? [])];
  const granted = spec.privileged ? [...capabilities, ...furtherCapabilities] : capabilities;
  // A process that isn't root's has no rights but to get some by a program that has.
  const effective = context.user.uid === 0 ? granted : [];
  return {
    ociVersion: "1.0.2",
    hostname: context.hostname,
    root: { path: "rootfs", readonly: false },
    process: {
      terminal: false,
      user: { uid: context.user.uid, gid: context.user.gid, additionalGids: context.user.groups },
      args,
      env: environment(config.Env ?? [], spec.variables, context),
      cwd: spec.workDir ?? (config.WorkingDir || "/"),
      capabilities: { bounding: granted, permitted: effective, effective },
      noNewPrivileges: false,
    },
    mounts: [...usualMounts(spec), ...Object.entries(context.files).map(ownFile), ...spec.mounts.map(asMount)],
    linux: {
      cgroupsPath: `/slipway/${context.id}`,
      namespaces: ["pid", "ipc", "uts", "mount", ...(spec.networkMode === "host" ? [] : ["network"])].map((type) => ({
        type,
      })),
      resources: resources(spec),
      ...(spec.privileged ? {} : { maskedPaths, readonlyPaths }),
    },
  };
}

/** The image's variables, with those given put over them. */
export function mergeVariables(base: readonly string[], given: Readonly<Record<string, string>>): string[] {
  const kept = base.filter((line) => !Object.hasOwn(given, line.split("=", 1)[0] ?? ""));
  return [...kept, ...Object.entries(given).map(([name, value]) => `${name}=${value}`)];
}

function environment(
  image: readonly string[],
  given: Readonly<Record<string, string>>,
  { hostname, user }: SpecContext,
): string[] {
  const merged = mergeVariables(image, given);
  const has = (name: string): boolean => merged.some((line) => line.startsWith(`${name}=`));
  return [
    ...(has("PATH") ? [] : [usualPath]),
    ...(has("HOSTNAME") ? [] : [`HOSTNAME=${hostname}`]),
    ...(has("HOME") ? [] : [`HOME=${user.home}`]),
    ...merged,
  ];
}

function usualMounts({ privileged }: ContainerSpec): object[] {
  const mount = (destination: string, type: string, ...options: string[]): object => ({
    destination,
    type,
    source: type,
    options,
  });
  const readOnly = privileged ? [] : ["ro"];
  return [
    mount("/proc", "proc", "nosuid", "noexec", "nodev"),
    mount("/dev", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
    mount("/dev/pts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
    mount("/dev/shm", "tmpfs", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
    mount("/dev/mqueue", "mqueue", "nosuid", "noexec", "nodev"),
    mount("/sys", "sysfs", "nosuid", "noexec", "nodev", ...readOnly),
    mount("/sys/fs/cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", ...readOnly),
  ];
}

function ownFile([destination, source]: [string, string]): object {
  return { destination, type: "bind", source, options: ["bind", "rw"] };
}

function asMount(mount: Mount): object {
  if (mount.type === "tmpfs") {
    const size = mount.size === undefined ? [] : [`size=${mount.size}`];
    return {
      destination: mount.target,
      type: "tmpfs",
      source: "tmpfs",
      options: ["nosuid", "nodev", "noexec", ...size],
    };
  }
  const options = ["rbind", "rprivate", mount.readOnly ? "ro" : "rw"];
  return { destination: mount.target, type: "bind", source: mount.source, options };
}

const periodMicroseconds = 100_000;

function resources({ memory, cpus, privileged }: ContainerSpec): object {
  const device = (type: string, major: number, minor?: number): object => ({
    allow: true,
    type,
    major,
    ...(minor === undefined ? {} : { minor }),
    access: "rwm",
  });
  const devices = privileged
    ? [{ allow: true, access: "rwm" }]
    : [
        { allow: false, access: "rwm" },
        // null, zero, full, random, urandom, tty, console, ptmx, and terminals
        ...[3, 5, 7, 8, 9].map((minor) => device("c", 1, minor)),
        ...[0, 1, 2].map((minor) => device("c", 5, minor)),
        device("c", 136),
      ];
  return {
    devices,
    ...(memory === undefined ? {} : { memory: { limit: memory } }),
    ...(cpus === undefined
      ? {}
      : { cpu: { period: periodMicroseconds, quota: Math.round(cpus * periodMicroseconds) } }),
  };
}

const maskedPaths = [
  "/proc/acpi",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/sys/firmware",
];
const readonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];
