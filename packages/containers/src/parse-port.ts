import type { Port } from "./backend/container-spec.ts";

/** A published port as people write it, or what is wrong with it. `[::1]:8080:80/tcp` in full. */
export function parsePort(text: number | string): Port | string {
  const match =
    /^(?:(?:(?<address>\[[\da-fA-F:.]+\]|[\d.]+):)?(?<host>\d*):)?(?<container>\d+)(?:\/(?<protocol>tcp|udp))?$/.exec(
      String(text),
    );
  if (!match?.groups) return `\`${text}\` is no port`;
  const { address, host, container, protocol } = match.groups;
  const numbers = [Number(container), ...(host ? [Number(host)] : [])];
  const outside = numbers.find((number) => number < 1 || number > 65_535);
  if (outside !== undefined) return `\`${text}\`: there is no port ${outside}`;
  return {
    container: Number(container),
    protocol: protocol === "udp" ? "udp" : "tcp",
    ...(host ? { host: Number(host) } : {}),
    ...(address ? { address: address.replace(/^\[|\]$/g, "") } : {}),
  };
}
