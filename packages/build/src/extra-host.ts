import { isIP } from "node:net";

/**
 * An entry for /etc/hosts as the engine takes it. People write `name:address` or `name=address`, and IPv6 in brackets or
 * without. Undefined for what is none.
 */
export function extraHost(entry: string): string | undefined {
  const [, name, address] = /^([^:=\s]+)[:=](\S+)$/.exec(entry) ?? [];
  const bare = address?.replace(/^\[(.*)\]$/, "$1");
  // The engine's word for its host's own address.
  return bare !== undefined && (isIP(bare) > 0 || bare === "host-gateway") ? `${name}:${bare}` : undefined;
}
