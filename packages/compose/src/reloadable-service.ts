import type { Service } from "./model/service.ts";
import { setOwn } from "./decode/set-own.ts";
import { parseSize } from "./schema/parse-size.ts";
import { resourceKey } from "./schema/vocabulary.ts";

/**
 * A service's fields as they are written so that loading gives the same service: what an empty value once said is said
 * again, and items that are told apart by their spelling get it back. `services` are all there are.
 */
export function reloadableService({ name: _, ...service }: Service, services: object): Record<string, unknown> {
  const { build, ports, secrets, devices, depends_on, network_mode, provider } = service;
  const result: Record<string, unknown> = {
    ...service,
    ports: toldApart<Port>(ports.map(sayingItAll), portIdentity, (port) => ({
      ...port,
      published: Number(port.published),
    })),
    depends_on: Object.fromEntries(
      Object.entries(depends_on).filter(([key, { required }]) => required || Object.hasOwn(services, key)),
    ),
  };
  for (const field of sizes) {
    const size = service[field];
    if (size !== undefined) result[field] = readableSize(size);
  }
  if (build) {
    const dockerfile = build.dockerfile ?? (build.dockerfile_inline === undefined ? "" : undefined);
    result["build"] = { ...build, dockerfile, extra_hosts: hostsToldApart(build.extra_hosts) };
  }
  if (service.extra_hosts) result["extra_hosts"] = hostsToldApart(service.extra_hosts);
  if (service.group_add) result["group_add"] = toldApart<string | number>(service.group_add, String, Number);
  for (const field of ["post_start", "pre_stop", "pre_start"] as const) {
    if (service[field]) result[field] = service[field].map(readableHook);
  }
  if (secrets) result["secrets"] = secrets.map((secret) => ({ target: "", ...secret }));
  if (devices) result["devices"] = devices.map(readableDevice);
  const networks = Object.keys(service.networks);
  // Only a list may have names that are no keys, of networks that are.
  if (networks.some((network) => !resourceKey.test(network))) result["networks"] = networks;
  const attached = networks.length > 0 || network_mode !== undefined || provider !== undefined;
  if (!attached) result["network_mode"] = "";
  return withoutEmpty(result);
}

const sizes = ["mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit", "shm_size"] as const;

/** As text, a size cannot be negative or exact beyond what a float holds; as a number it can. */
function readableSize(size: string): string | bigint {
  const read = parseSize(size);
  return read !== undefined && BigInt(read).toString() === size ? size : BigInt(size);
}

/** Only a short form may have no source. */
function readableDevice(device: Device): Device | string {
  const { source, target = "", permissions = "rwm" } = device;
  return source === "" ? `:${target}:${permissions}` : { target, ...device };
}

/** A hook needs a command, be it an empty one. */
function readableHook(hook: object): object {
  return { command: null, ...hook };
}

type Device = NonNullable<Service["devices"]>[number];
type Port = Service["ports"][number];

function sayingItAll(port: Port): Port {
  return { ...port, mode: port.mode ?? "", protocol: port.protocol ?? "" };
}

function portIdentity({ host_ip, published, target, protocol }: Port): string {
  return JSON.stringify([host_ip ?? "0.0.0.0", published ?? "", target, protocol || "tcp"]);
}

/** Items that are the same as an earlier one, spelt in the other way that there is. */
function toldApart<Item>(
  items: readonly Item[],
  identity: (item: Item) => string,
  spell: (item: Item) => unknown,
): unknown[] {
  const seen = new Set<string>();
  return items.map((item) => {
    const key = identity(item);
    if (seen.has(key)) return spell(item);
    seen.add(key);
    return item;
  });
}

/** An address with a comma is one only in a mapping. */
function hostsToldApart(hosts: readonly string[] | undefined): unknown[] | object | undefined {
  if (!hosts?.some((host) => host.includes(",")))
    return hosts && toldApart(hosts, String, (host) => host.replace("=", ":"));
  const addresses: Record<string, string[]> = {};
  for (const host of hosts) {
    const [, name = "", address = ""] = /^([^=]*)=(.*)$/s.exec(host) ?? [];
    setOwn(addresses, name, [...(Object.hasOwn(addresses, name) ? addresses[name]! : []), address]);
  }
  return addresses;
}

const madeUp: ReadonlySet<string> = new Set(["environment", "ports", "volumes", "networks", "depends_on", "labels"]);

/** Without the fields that are empty because nothing was said. */
function withoutEmpty(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => value !== undefined && !(madeUp.has(key) && isEmpty(value))),
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
