import type { ConnectOptions, TlsMaterial } from "@slipway/transport";
import { BuildError } from "./build-error.ts";

/** Where an engine is, in dockerode's words; all left out: where the environment says. */
export interface DockerOptions {
  readonly socketPath?: string | undefined;
  /** A host's name or address, or a whole `tcp://…` or `ssh://…` address. */
  readonly host?: string | undefined;
  /** Default: 2375, 2376 with TLS, 22 for ssh. */
  readonly port?: number | string | undefined;
  /** Default: https where TLS material is given, else http. */
  readonly protocol?: "http" | "https" | "ssh" | undefined;
  /** The user on an ssh host. */
  readonly username?: string | undefined;
  /** TLS material, PEM. */
  readonly ca?: TlsMaterial["ca"];
  readonly cert?: TlsMaterial["cert"];
  readonly key?: TlsMaterial["key"];
}

const known = new Set(["socketPath", "host", "port", "protocol", "username", "ca", "cert", "key"]);
const protocols = new Set(["http", "https", "ssh"]);

/**
 * The engine's address for dockerode's options.
 *
 * @throws {BuildError} `BUILD_BAD_OPTION` for options that Slipway does not read, or that contradict each other
 */
export function connectOptions(options: DockerOptions): ConnectOptions {
  const { socketPath, host, port, username, ca, cert, key } = options;
  const others = Object.entries(options).flatMap(([name, value]) =>
    value === undefined || known.has(name) ? [] : [`\`${name}\``],
  );
  if (others.length > 0) throw bad(`cannot reach an engine by ${others.join(", ")}`);
  const tls = ca !== undefined || cert !== undefined || key !== undefined;
  const { protocol = tls ? "https" : "http" } = options;
  if (!protocols.has(protocol)) throw bad(`cannot reach an engine by \`protocol\` ${protocol}`);
  if ((cert === undefined) !== (key === undefined)) throw bad("`cert` and `key` are given together or not at all");
  if (tls && (socketPath !== undefined || protocol !== "https")) throw bad("TLS material is of use with https only");
  if (socketPath !== undefined) {
    const path = socketPath.replace(/^(?:unix|npipe):\/\//, "");
    return { host: `${path.startsWith("//./pipe/") ? "npipe" : "unix"}://${path}` };
  }
  if (host === undefined) {
    if (tls || username !== undefined || port !== undefined || options.protocol !== undefined) {
      throw bad("`host` is missing, to which the other options belong");
    }
    return {};
  }
  const tlsMaterial = tls ? { tlsMaterial: { ca, cert, key } } : {};
  if (/^\w+:\/\//.test(host)) return { host, ...tlsMaterial };
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  if (protocol === "ssh") {
    const user = username === undefined ? "" : `${encodeURIComponent(username)}@`;
    return { host: `ssh://${user}${name}${port === undefined ? "" : `:${port}`}` };
  }
  if (username !== undefined) throw bad("`username` is of use with ssh only");
  const [scheme, usual] = protocol === "https" ? ["https", 2376] : ["tcp", 2375];
  return { host: `${scheme}://${name}:${port ?? usual}`, ...tlsMaterial };
}

function bad(message: string): BuildError {
  return new BuildError("BUILD_BAD_OPTION", message, {
    hint: "give socketPath, or host with port, protocol, username, ca, cert and key; or a dockerode of your own to Builder.fromDockerode",
  });
}
