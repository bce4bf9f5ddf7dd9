import { ExpansionProblem } from "../expansion/pattern.ts";

/**
 * The ports that a word of EXPOSE means, as `80/tcp`: `[[ip:]host:]container[/protocol]`, each a number or a range. The
 * address and the host's port mean nothing here.
 * @throws ExpansionProblem
 */
export function exposedPorts(word: string): string[] {
  const slash = word.indexOf("/");
  const proto = (slash < 0 ? "" : word.slice(slash + 1)).toLowerCase() || "tcp";
  const ports = slash < 0 ? word : word.slice(0, slash);
  if (!["tcp", "udp", "sctp"].includes(proto)) {
    throw new ExpansionProblem(`\`${word}\`: the protocol is tcp, udp or sctp, not \`${proto}\``);
  }
  const container = ports.slice(ports.lastIndexOf(":") + 1);
  const match = /^(\d+)(?:-(\d+))?$/.exec(container);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (!match || first > 65_535 || last > 65_535 || last < first) {
    throw new ExpansionProblem(`\`${word}\` is no port: a number up to 65535, or a range of them, was expected`);
  }
  return Array.from({ length: last - first + 1 }, (_, i) => `${first + i}/${proto}`);
}
