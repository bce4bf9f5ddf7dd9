import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { Agent as TlsAgent, type AgentOptions } from "node:https";
import { checkTls } from "./check-tls.ts";
import type { EngineAddress, TlsFiles, TlsMaterial } from "./engine-location.ts";
import { SshHttpAgent } from "./ssh/ssh-http-agent.ts";
import { TransportError } from "./transport-error.ts";

/** How an engine is reached: what Node's HTTP needs to know. */
export interface Endpoint {
  readonly at: { readonly socketPath: string } | { readonly host: string; readonly port: number | string };
  readonly protocol: "http" | "https";
  /** Its own, with the connections that are kept. */
  readonly agent: Agent;
  /** The API's version in all paths, as `v1.41`; whatever the engine takes for its newest without one. */
  readonly version?: string | undefined;
  /** Whether it is podman, as its ping tells. */
  readonly podman?: boolean | undefined;
}

/**
 * The endpoint of an address, without a word to the engine. Connections of ssh are made with the first call and kept.
 * @throws TransportError TRANSPORT_BAD_HOST for an address that isn't unix, npipe, tcp, http(s) or ssh;
 * TRANSPORT_BAD_CONFIG for TLS files that cannot be read
 */
export function endpointFor(address: EngineAddress): Endpoint {
  const { host } = address;
  if (host.startsWith("unix://") || host.startsWith("npipe://")) {
    const socketPath = host.slice(host.indexOf("://") + "://".length);
    if (socketPath === "") throw badHost(address);
    return { at: { socketPath }, protocol: "http", agent: new Agent({ keepAlive: true }) };
  }
  if (host.startsWith("ssh://")) {
    return { at: { host: "engine", port: 80 }, protocol: "http", agent: sshAgent(address) };
  }
  const url = parseUrl(address);
  // Node wants an IPv6 address without its brackets.
  const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const material = address.tlsMaterial ?? (address.tls && readTls(address.tls));
  if (!material && url.protocol === "http:") {
    const at = { host: hostname, port: url.port || 2375 };
    return { at, protocol: "http", agent: new Agent({ keepAlive: true }) };
  }
  if (material) {
    checkTls(material, address.source ?? "the host given", address.tlsMaterial ? undefined : address.tls);
  }
  const { ca, cert, key, verify = true } = material ?? {};
  const agent = new TlsAgent({
    keepAlive: true,
    rejectUnauthorized: verify,
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
  } as AgentOptions);
  return { at: { host: hostname, port: url.port || 2376 }, protocol: "https", agent };
}

function sshAgent(address: EngineAddress): SshHttpAgent {
  const match = /^ssh:\/\/(?<host>[^/?#\s]+)(?<socketPath>\/[^?#]*)?$/.exec(address.host);
  if (!match?.groups?.["host"]) throw badHost(address);
  const { host, socketPath = "/" } = match.groups;
  return new SshHttpAgent({
    host,
    socketPath: socketPath === "/" ? "/var/run/docker.sock" : socketPath,
    environment: address.environment ?? process.env,
  });
}

function parseUrl(address: EngineAddress): URL {
  let url: URL;
  try {
    url = new URL(address.host.replace(/^tcp:/, "http:"));
  } catch (cause) {
    throw badHost(address, cause);
  }
  const plain = url.pathname === "/" && url.username === "" && url.password === "";
  if ((url.protocol !== "http:" && url.protocol !== "https:") || !plain) throw badHost(address);
  return url;
}

function badHost(address: EngineAddress, cause?: unknown): TransportError {
  const { host, source = "the host given" } = address;
  const shown = host.replace(/:[^:@/]*@/, ":…@");
  return new TransportError("TRANSPORT_BAD_HOST", `${source}: cannot use the address \`${shown}\``, {
    cause,
    hint: "expected unix:///path, tcp://host:port, ssh://[user@]host[:port] or npipe:////./pipe/name",
  });
}

function readTls(files: TlsFiles): TlsMaterial {
  return { ca: readPem(files.ca), cert: readPem(files.cert), key: readPem(files.key), verify: files.verify };
}

function readPem(file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new TransportError("TRANSPORT_BAD_CONFIG", `cannot read the TLS file ${file}: ${(cause as Error).message}`, {
      cause,
      hint: "DOCKER_CERT_PATH names the folder that holds ca.pem, cert.pem and key.pem",
    });
  }
}
