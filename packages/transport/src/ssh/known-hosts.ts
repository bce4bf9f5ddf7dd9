import { createHmac } from "node:crypto";

/** What known_hosts says of a host's key, with the lines that say it. */
export type HostKeyVerdict =
  | { readonly verdict: "known" }
  | { readonly verdict: "unknown" }
  | { readonly verdict: "changed" | "revoked" | "authority"; readonly places: readonly string[] };

/** One line of a known_hosts file, as sshd(8) describes it under SSH_KNOWN_HOSTS FILE FORMAT. */
export interface KnownHost {
  readonly marker: "@cert-authority" | "@revoked" | undefined;
  readonly names: string;
  readonly type: string;
  /** Base64. */
  readonly key: string;
  /** `file:line` */
  readonly place: string;
}

/** The lines of a known_hosts file. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  return text.split("\n").flatMap((line, index) => {
    const fields = line.trim().split(/\s+/);
    if (fields[0] === "" || fields[0]?.startsWith("#")) return [];
    const marked = fields[0] === "@cert-authority" || fields[0] === "@revoked";
    const marker = marked ? (fields.shift() as "@cert-authority" | "@revoked") : undefined;
    const [names = "", type = "", key = ""] = fields;
    return key === "" ? [] : [{ marker, names, type, key, place: `${file}:${index + 1}` }];
  });
}

/** The lines that are about a host. A port other than 22 is part of its name. */
export function linesFor(hosts: readonly KnownHost[], host: string, port: number): KnownHost[] {
  const name = port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
  return hosts.filter(({ names }) => matches(names, name));
}

/** Judges the key that a host shows by the lines that are about it. */
export function judgeHostKey(lines: readonly KnownHost[], key: Buffer): HostKeyVerdict {
  const shown = key.toString("base64");
  const places = (chosen: readonly KnownHost[]): string[] => chosen.map(({ place }) => place);
  const revoked = lines.filter((line) => line.marker === "@revoked" && line.key === shown);
  if (revoked.length > 0) return { verdict: "revoked", places: places(revoked) };
  const plain = lines.filter((line) => line.marker === undefined);
  if (plain.some((line) => line.key === shown)) return { verdict: "known" };
  if (plain.length > 0) return { verdict: "changed", places: places(plain) };
  const authorities = lines.filter((line) => line.marker === "@cert-authority");
  if (authorities.length > 0) return { verdict: "authority", places: places(authorities) };
  return { verdict: "unknown" };
}

function matches(names: string, name: string): boolean {
  if (names.startsWith("|1|")) {
    const [, , salt = "", hash = ""] = names.split("|");
    return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
  }
  let found = false;
  for (const pattern of names.toLowerCase().split(",")) {
    const negated = pattern.startsWith("!");
    if (!glob(negated ? pattern.slice(1) : pattern).test(name)) continue;
    if (negated) return false;
    found = true;
  }
  return found;
}

function glob(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`);
}
