import type { Node } from "../parse/node.ts";

/** The `extra_hosts` of a service or a build as `host=address` each. What has no address is left out. */
export function readHosts(node: Node): string[] {
  if (node.kind === "scalar") return [];
  const items = node.kind === "sequence" ? node.items : undefined;
  if (items) return items.flatMap((item) => (item.kind === "scalar" ? (readHostItem(item.text) ?? []) : []));
  if (node.kind !== "mapping") return [];
  return [...node.entries].flatMap(([host, { value }]) => {
    const addresses = value.kind === "sequence" ? value.items : [value];
    return addresses.flatMap((address) => (address.kind === "scalar" ? `${host}=${bare(address.text)}` : []));
  });
}

/** `host=address` for each address of `host=address,address` or `host:address`; undefined for what has no address. */
export function readHostItem(text: string): string[] | undefined {
  const match = /^([^=]+)=(.*)$/s.exec(text) ?? /^([^:]+):(.*)$/s.exec(text);
  return match?.[2]?.split(",").map((address) => `${match[1]}=${bare(address)}`);
}

/** An IPv6 address may stand in brackets. */
function bare(address: string): string {
  return /^\[.*\]$/.test(address) ? address.slice(1, -1) : address;
}
