import { spawn } from "node:child_process";
import { access } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import path from "node:path";
import { TransportError } from "../transport-error.ts";

/** A host that ssh reaches, after the user's ssh configuration. */
export interface SshTarget {
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  /** The name that known_hosts has it by, where it isn't the host's own. */
  readonly hostKeyAlias?: string | undefined;
  readonly identityFiles: readonly string[];
  /** Whether the agent's other keys are left out. */
  readonly identitiesOnly: boolean;
  /** The agent's socket. */
  readonly agent?: string | undefined;
  readonly knownHostsFiles: readonly string[];
  /** What becomes of a host that known_hosts doesn't have. */
  readonly unknownHosts: "refuse" | "add" | "accept";
  /** The hosts on the way, the nearest first. */
  readonly jumps: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the user's ssh configuration makes of `[user@]host[:port]`. OpenSSH itself reads it, so that Include, Match and
 * canonical names mean what they mean there; without an `ssh` program the address stands as it is.
 * @throws TransportError TRANSPORT_BAD_HOST, TRANSPORT_BAD_CONFIG
 */
export async function resolveSshTarget(address: string, environment: Environment): Promise<SshTarget> {
  const { host, user, port } = parseAddress(address);
  const home = environment["HOME"] || homedir();
  const given = [...(user ? ["-l", user] : []), ...(port ? ["-p", port] : [])];
  const settings = await askOpenSsh([...(await configArguments(home)), ...given, "--", host], environment);
  const one = (name: string): string | undefined => {
    const value = settings.get(name)?.[0];
    return value === undefined || value === "none" ? undefined : value;
  };
  if (one("proxycommand")) {
    throw new TransportError("TRANSPORT_BAD_CONFIG", `ssh host ${host}: its ProxyCommand is not supported`, {
      hint: "use ProxyJump for it in the ssh configuration",
    });
  }
  const target = { hostname: one("hostname") ?? host, user: one("user") ?? user ?? userInfo().username };
  const files = (name: string, usual: string): string[] =>
    (settings.get(name) ?? [usual])
      .flatMap((line) => (name === "identityfile" ? [line] : line.split(" ")))
      .filter((file) => file !== "none")
      .map((file) => expand(file, home, target));
  const strict = one("stricthostkeychecking");
  const agent = settings.has("identityagent") ? one("identityagent") : "SSH_AUTH_SOCK";
  const name = agent?.replace(/^\$/, "");
  return {
    ...target,
    port: Number(one("port") ?? port ?? 22),
    hostKeyAlias: one("hostkeyalias"),
    identityFiles: settings.has("identityfile") ? files("identityfile", "") : usualKeys(home),
    identitiesOnly: one("identitiesonly") === "yes",
    agent:
      name === "SSH_AUTH_SOCK" || agent?.startsWith("$")
        ? environment[name ?? ""]
        : agent && expand(agent, home, target),
    knownHostsFiles: [
      ...files("userknownhostsfile", "~/.ssh/known_hosts"),
      ...files("globalknownhostsfile", "/etc/ssh/ssh_known_hosts"),
    ],
    unknownHosts: strict === "accept-new" ? "add" : strict === "false" || strict === "no" ? "accept" : "refuse",
    jumps: one("proxyjump")?.split(",") ?? [],
  };
}

function parseAddress(address: string): { host: string; user: string | undefined; port: string | undefined } {
  const match =
    /^(?:ssh:\/\/)?(?:(?<user>[^@/]+)@)?(?:\[(?<ipv6>[^\]]+)\]|(?<host>[^:/@[\]]+))(?::(?<port>\d+))?\/?$/.exec(
      address,
    );
  const { user, ipv6, host = ipv6, port } = match?.groups ?? {};
  // A leading dash would be an option to ssh; a colon in the user's place a password.
  if (!host || host.startsWith("-") || user?.startsWith("-")) {
    throw new TransportError("TRANSPORT_BAD_HOST", `\`${address.replace(/:[^:@/]*@/, ":…@")}\` is no ssh host`, {
      hint: "expected [user@]host[:port]",
    });
  }
  if (user?.includes(":")) {
    throw new TransportError("TRANSPORT_BAD_HOST", `ssh host ${host}: a password in an address is never used`, {
      hint: "use a key or an ssh agent: ssh-copy-id, ssh-add",
    });
  }
  return { host, user: user && decodeURIComponent(user), port };
}

/** OpenSSH looks for the home folder in the user database and not in HOME; a HOME of another folder is told to it. */
async function configArguments(home: string): Promise<string[]> {
  if (path.resolve(home) === path.resolve(userInfo().homedir)) return [];
  const file = path.join(home, ".ssh/config");
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  return ["-F", exists ? file : "none"];
}

/** OpenSSH's settings for a host, by their name in lower case; empty where there is no OpenSSH. */
async function askOpenSsh(args: string[], environment: Environment): Promise<Map<string, string[]>> {
  const child = spawn("ssh", ["-G", ...args], { stdio: ["ignore", "pipe", "pipe"], env: { ...environment } });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const status = await new Promise<number | null | "missing">((resolve) => {
    child.once("error", () => resolve("missing"));
    child.once("close", resolve);
  });
  const settings = new Map<string, string[]>();
  if (status === "missing") return settings;
  if (status !== 0) {
    throw new TransportError("TRANSPORT_BAD_CONFIG", `the ssh configuration cannot be used: ${errors.trim()}`, {
      hint: "`ssh -G HOST` says the same",
    });
  }
  for (const line of output.split("\n")) {
    const [name = "", ...value] = line.split(" ");
    settings.set(name, [...(settings.get(name) ?? []), value.join(" ")]);
  }
  return settings;
}

function usualKeys(home: string): string[] {
  return ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => path.join(home, ".ssh", name));
}

function expand(file: string, home: string, target: { hostname: string; user: string }): string {
  const tokens: Record<string, string> = {
    "%%": "%",
    "%d": home,
    "%h": target.hostname,
    "%r": target.user,
    "%u": userInfo().username,
  };
  // The home folder that OpenSSH has from the user database stands for `~` in its defaults.
  const real = `${userInfo().homedir}/.ssh/`;
  const own = file.startsWith(real) ? path.join(home, ".ssh", file.slice(real.length)) : file;
  return own.replace(/^~(?=\/|$)/, home).replaceAll(/%[%dhru]/g, (token) => tokens[token] ?? token);
}
