import { readFile } from "node:fs/promises";
import Dockerode from "dockerode";
import type { EngineLocation } from "./engine-location.ts";
import { TransportError } from "./transport-error.ts";

/**
 * A Dockerode for a location.
 * @throws TransportError TRANSPORT_BAD_HOST for an address that isn't unix, npipe, tcp, http(s)
 */
export async function dockerFor(location: EngineLocation): Promise<Dockerode> {
  const { host } = location;
  if (host.startsWith("unix://")) return new Dockerode({ socketPath: host.slice("unix://".length) });
  if (host.startsWith("npipe://")) return new Dockerode({ socketPath: host.slice("npipe://".length) });
  let url: URL;
  try {
    url = new URL(host.replace(/^tcp:/, "http:"));
  } catch (cause) {
    throw badHost(location, cause);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw badHost(location);
  const { tls } = location;
  if (!tls && url.protocol === "http:") {
    return new Dockerode({ protocol: "http", host: url.hostname, port: url.port || 2375 });
  }
  const [ca, cert, key] = await Promise.all([tls?.ca, tls?.cert, tls?.key].map(readPem));
  return new Dockerode({
    protocol: "https",
    host: url.hostname,
    port: url.port || 2376,
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(tls && !tls.verify ? { rejectUnauthorized: false } : {}),
  } as Dockerode.DockerOptions);
}

function badHost(location: EngineLocation, cause?: unknown): TransportError {
  return new TransportError("TRANSPORT_BAD_HOST", `${location.source}: cannot use the address \`${location.host}\``, {
    cause,
    hint: location.host.startsWith("ssh:")
      ? "ssh engines are reached by forwarding their socket: ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock HOST, then DOCKER_HOST=unix:///tmp/engine.sock"
      : "expected unix:///path, tcp://host:port or npipe:////./pipe/name",
  });
}

async function readPem(file: string | undefined): Promise<Buffer | undefined> {
  if (file === undefined) return undefined;
  return readFile(file).catch((cause: unknown) => {
    throw new TransportError("TRANSPORT_BAD_CONFIG", `cannot read the TLS file ${file}: ${(cause as Error).message}`, {
      cause,
      hint: "DOCKER_CERT_PATH names the folder that holds ca.pem, cert.pem and key.pem",
    });
  });
}
