import { split as splitShell } from "shlex";
import {
  badValue,
  duration,
  flag,
  isNull,
  labels,
  list,
  mapOf,
  number,
  object,
  oneOf,
  type Reader,
  scalarOr,
  seesNull,
  size,
  text,
  textOrList,
} from "./reader.ts";

/** A port of a container, published or not. */
export interface Port {
  readonly mode: string;
  readonly target: number;
  readonly published?: string;
  readonly host_ip?: string;
  readonly protocol: string;
  readonly name?: string;
  readonly app_protocol?: string;
}

/** A mount of a service. */
export interface ServiceVolume {
  readonly type: string;
  readonly source?: string;
  readonly target: string;
  readonly read_only?: boolean;
  readonly consistency?: string;
  readonly bind?: {
    readonly propagation?: string;
    readonly create_host_path?: boolean;
    readonly selinux?: string;
    readonly recursive?: string;
  };
  readonly volume?: { readonly nocopy?: boolean; readonly subpath?: string; readonly labels?: Record<string, string> };
  readonly tmpfs?: { readonly size?: string | number; readonly mode?: number };
}

/** A service that another one needs. */
export interface ServiceDependency {
  readonly condition: "service_started" | "service_healthy" | "service_completed_successfully";
  readonly required: boolean;
  readonly restart?: boolean;
}

/** A service's place in a network. */
export interface ServiceNetwork {
  readonly aliases?: readonly string[];
  readonly ipv4_address?: string;
  readonly ipv6_address?: string;
  readonly link_local_ips?: readonly string[];
  readonly mac_address?: string;
  readonly priority?: number;
  readonly gw_priority?: number;
  readonly interface_name?: string;
  readonly driver_opts?: Readonly<Record<string, string>>;
}

/** A command as a list: a string is split as a shell would. */
export const command: Reader<string[]> = seesNull((node, path, context) => {
  if (isNull(node)) return undefined;
  if (node.kind !== "scalar") return list(text)(node, path, context);
  try {
    return splitShell(node.text);
  } catch {
    return badValue(node, path, context, "a command with its quotes closed");
  }
});

const portFields = object({
  name: text,
  mode: text,
  host_ip: text,
  target: number,
  published: text,
  protocol: text,
  app_protocol: text,
});

const portPattern = /^(?:(\[[^\]]+\]|[^:[\]]+):)?(?:(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/i;

/** Ports: `[[host:]published:]target[/protocol]` with ranges, or the long form. */
export const ports: Reader<Port[]> = (node, path, context) => {
  const all = list<Port[]>((item, at, inner) => {
    if (item.kind === "map") {
      const long = portFields(item, at, inner);
      if (long?.target === undefined) return badValue(item, at, inner, "a port with a `target`");
      return [{ mode: "ingress", protocol: "tcp", ...long, target: long.target }];
    }
    const short = text(item, at, inner);
    if (short === undefined) return undefined;
    return (
      shortPorts(short) ??
      badValue(item, at, inner, "a port", 'such as "8080:80", "127.0.0.1:8080:80/udp" or "3000-3005"')
    );
  })(node, path, context);
  return all?.flat();
};

function shortPorts(short: string): Port[] | undefined {
  // `8080:80` is published and target, so a first part that is a number is no address.
  const match = /^(\d+(?:-\d+)?):(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/i.exec(short);
  const parts = match ? [undefined, match[1], match[2], match[3]] : portPattern.exec(short)?.slice(1);
  if (!parts) return undefined;
  const [address, published, target = "", protocol = "tcp"] = parts;
  const targets = range(target);
  const hosts = published === undefined ? undefined : range(published);
  if (!targets || hosts === null) return undefined;
  if (hosts && hosts.length !== targets.length && targets.length > 1) return undefined;
  const host_ip = address?.replace(/^\[|\]$/g, "");
  return targets.map((port, i) => {
    const out = hosts && (targets.length === 1 && hosts.length > 1 ? published : String(hosts[i]));
    return {
      mode: "ingress",
      ...(host_ip ? { host_ip } : {}),
      target: port,
      ...(out ? { published: out } : {}),
      protocol: protocol.toLowerCase(),
    };
  });
}

function range(ports: string): number[] | null {
  const [first = 0, last = first] = ports.split("-").map(Number);
  if (last < first || last > 65535 || last - first > 65535) return null;
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

const volumeFields = object({
  type: oneOf("bind", "volume", "tmpfs", "npipe", "cluster", "image"),
  source: text,
  target: text,
  read_only: flag,
  consistency: text,
  bind: object({ propagation: text, create_host_path: flag, selinux: text, recursive: text }),
  volume: object({ nocopy: flag, subpath: text, labels }),
  tmpfs: object({ size, mode: number }),
});

/** Volumes: `[source:]target[:options]`, or the long form. */
export const volumes: Reader<ServiceVolume[]> = list<ServiceVolume>((node, path, context) => {
  if (node.kind === "map") {
    const long = volumeFields(node, path, context);
    if (!long?.type || !long.target) return badValue(node, path, context, "a volume with `type` and `target`");
    return { ...long, type: long.type, target: long.target };
  }
  const short = text(node, path, context);
  return short === undefined
    ? undefined
    : (shortVolume(short) ?? badValue(node, path, context, "a volume", "such as data:/data or ./src:/src:ro"));
});

function shortVolume(short: string): ServiceVolume | undefined {
  const parts = short.split(":");
  if (parts.some((part) => part === "") || parts.length > 3) return undefined;
  if (parts.length === 1) return { type: "volume", target: short, volume: {} };
  const [source = "", target = "", options = ""] = parts;
  const words = options === "" ? [] : options.split(",");
  const isBind = /^[./~]|^[A-Za-z]:[\\/]/.test(source);
  const selinux = words.find((word) => word === "z" || word === "Z");
  const propagation = words.find((word) => /^r?(?:shared|slave|private)$/.test(word));
  const read_only = words.includes("ro") ? { read_only: true } : {};
  if (isBind) {
    const bind = { create_host_path: true, ...(selinux ? { selinux } : {}), ...(propagation ? { propagation } : {}) };
    return { type: "bind", source, target, ...read_only, bind };
  }
  return { type: "volume", source, target, ...read_only, volume: words.includes("nocopy") ? { nocopy: true } : {} };
}

/** What a service needs: names, or names with conditions. */
export const dependsOn: Reader<Record<string, ServiceDependency>> = (node, path, context) => {
  if (node.kind === "list") {
    const names = list(text)(node, path, context) ?? [];
    return Object.fromEntries(names.map((name) => [name, { condition: "service_started" as const, required: true }]));
  }
  const long = mapOf(
    object({
      condition: oneOf("service_started", "service_healthy", "service_completed_successfully"),
      required: flag,
      restart: flag,
    }),
  )(node, path, context);
  return (
    long &&
    Object.fromEntries(
      Object.entries(long).map(([name, need]) => [
        name,
        { ...need, condition: need.condition ?? "service_started", required: need.required ?? true },
      ]),
    )
  );
};

const networkFields = object({
  aliases: list(text),
  ipv4_address: text,
  ipv6_address: text,
  link_local_ips: list(text),
  mac_address: text,
  priority: number,
  gw_priority: number,
  interface_name: text,
  driver_opts: labels,
});

/** A service's networks: names, or names with details. */
export const networks: Reader<Record<string, ServiceNetwork | null>> = (node, path, context) => {
  if (node.kind === "list") {
    return Object.fromEntries((list(text)(node, path, context) ?? []).map((name) => [name, null]));
  }
  return mapOf<ServiceNetwork | null>((child, at, inner) => (isNull(child) ? null : networkFields(child, at, inner)))(
    node,
    path,
    context,
  );
};

/** `host:address` or `host=address` entries, or a map of them; as `host=address` each. */
export const extraHosts: Reader<string[]> = (node, path, context) => {
  if (node.kind === "map") {
    return [...node.entries].flatMap(([host, { value }]) =>
      (textOrList(value, `${path}.${host}`, context) ?? []).map((address) => `${host}=${address}`),
    );
  }
  return (list(text)(node, path, context) ?? []).flatMap((entry) => {
    const at = entry.search(/[=:]/);
    if (at > 0) return [`${entry.slice(0, at)}=${entry.slice(at + 1).replace(/^\[|\]$/g, "")}`];
    badValue(node, path, context, "a list of host=address");
    return [];
  });
};

/** A healthcheck; a string is for the container's shell. */
export const healthcheck = object({
  test: scalarOr<string[], string[]>((node) => ["CMD-SHELL", node.kind === "scalar" ? node.text : ""], list(text)),
  interval: duration,
  timeout: duration,
  start_period: duration,
  start_interval: duration,
  retries: number,
  disable: flag,
});

const buildFields = object(
  {
    context: text,
    dockerfile: text,
    dockerfile_inline: text,
    args: labels,
    target: text,
    labels,
    cache_from: list(text),
    extra_hosts: extraHosts,
    network: text,
    shm_size: size,
    no_cache: flag,
    pull: flag,
    platforms: list(text),
    tags: list(text),
    privileged: flag,
  },
  {
    additional_contexts: "builds take one context here",
    cache_to: "caches are not exported here",
    secrets: "builds get no secrets here",
    ssh: "builds get no ssh agent here",
    ulimits: "builds get no limits here",
    isolation: "it is for Windows containers",
    entitlements: "builds get none here",
    provenance: "attestations are not made here",
    sbom: "attestations are not made here",
  },
);

/** How a service is built: a context, or the long form. */
export const build = scalarOr<{ context: string }, ReturnType<typeof buildFields>>(
  (node) => ({ context: node.kind === "scalar" ? node.text : "" }),
  buildFields,
) as typeof buildFields;

/** `name: n`, or soft and hard. */
export const ulimits: Reader<Record<string, number | { soft: number; hard: number }>> = mapOf(
  scalarOr<number, { soft: number; hard: number }>(number, (node, path, context) => {
    const both = object({ soft: number, hard: number })(node, path, context);
    if (both?.soft === undefined || both.hard === undefined)
      return badValue(node, path, context, "a number, or `soft` and `hard`");
    return { soft: both.soft, hard: both.hard };
  }),
);

/** A device of the host: `source[:target[:permissions]]`, or the long form. */
export const device: Reader<{ source: string; target: string; permissions: string }> = (node, path, context) => {
  if (node.kind === "map") {
    const long = object({ source: text, target: text, permissions: text })(node, path, context);
    if (!long?.source) return badValue(node, path, context, "a device with a `source`");
    return { source: long.source, target: long.target ?? long.source, permissions: long.permissions ?? "rwm" };
  }
  const [source = "", target = source, permissions = "rwm"] = (text(node, path, context) ?? "").split(":");
  return { source, target, permissions };
};
