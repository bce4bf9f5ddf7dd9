import { isIpAddress } from "./ip-address.ts";

/** One published port of a short form. */
export interface PortSpec {
  readonly target: number;
  /** A port, or a range of which the engine chooses. */
  readonly published?: string;
  readonly hostIp?: string;
  readonly protocol: string;
}

/**
 * Reads `target`, `published:target`, `ip:published:target`, each with ranges and `/protocol`. Two ranges of the same
 * length give one port each; a range for one target is one port. A string says what is wrong.
 */
export function parsePorts(text: string): PortSpec[] | string {
  const parts = text.split(":");
  const [container = "", protocol] = (parts.pop() ?? "").split("/");
  const host = parts.pop() ?? "";
  const address = parts.join(":");
  const hostIp = /^\[.*\]$/.test(address) ? address.slice(1, -1) : address;
  if (container === "") return `port \`${text}\` has no port of the container`;
  const targets = parseRange(container);
  if (!targets) return `\`${container}\` is not a port or a range of ports`;
  const published = host === "" ? undefined : parseRange(host);
  if (host !== "" && !published) return `\`${host}\` is not a port or a range of ports`;
  const lowered = (protocol || "tcp").toLowerCase();
  if (!["tcp", "udp", "sctp"].includes(lowered)) return `\`${protocol}\` is none of tcp, udp and sctp`;
  if (hostIp !== "" && !(isIpAddress(hostIp) && (address !== hostIp || !hostIp.includes(":"))))
    return `\`${hostIp}\` is not an IP address`;
  const [count, publishedCount] = [targets.last - targets.first, published ? published.last - published.first : 0];
  if (published && count !== publishedCount && count !== 0) {
    return `the ranges ${host} and ${container} are not of the same length`;
  }
  return Array.from({ length: count + 1 }, (_, index) => ({
    target: targets.first + index,
    ...(published ? { published: publishedAt(published, index, count === 0 && publishedCount > 0) } : {}),
    ...(hostIp === "" ? {} : { hostIp }),
    protocol: lowered,
  }));
}

interface Range {
  readonly first: number;
  readonly last: number;
}

function publishedAt(range: Range, index: number, choose: boolean): string {
  return choose ? `${range.first}-${range.last}` : String(range.first + index);
}

function parseRange(text: string): Range | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (!match) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  return first <= last && last <= 65535 ? { first, last } : undefined;
}
