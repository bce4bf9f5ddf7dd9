import { access } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { contextLocation } from "./docker-context.ts";
import { dockerFor } from "./docker-for.ts";
import type { ConnectOptions, EngineLocation } from "./engine-location.ts";
import { TransportError } from "./transport-error.ts";

const answerWithinMs = 5_000;

/**
 * Finds an engine that answers: the given host; DOCKER_HOST; docker's current context; the usual sockets. A host that
 * was named is never passed over in silence.
 * @throws TransportError TRANSPORT_NO_ENGINE saying what was tried and what each said
 */
export async function locateEngine(options: ConnectOptions = {}): Promise<EngineLocation> {
  const environment = options.environment ?? process.env;
  const named = await namedLocation(options, environment);
  const tried: string[] = [];
  for (const location of named ? [named] : usualSockets(environment)) {
    const failure = await probe(location, options.signal);
    if (failure === undefined) return location;
    tried.push(`${location.host} (${location.source}): ${failure}`);
  }
  throw new TransportError("TRANSPORT_NO_ENGINE", `no container engine answers; tried\n  ${tried.join("\n  ")}`, {
    hint: named
      ? `start the engine, or correct ${named.source}`
      : "install and start Docker Engine, Docker Desktop, colima or podman, or set DOCKER_HOST to an engine elsewhere",
  });
}

async function namedLocation(
  options: ConnectOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<EngineLocation | undefined> {
  const verify = Boolean(environment["DOCKER_TLS_VERIFY"]);
  const folder = environment["DOCKER_CERT_PATH"];
  const tls =
    verify || folder
      ? Object.fromEntries([
          ...["ca", "cert", "key"].map((name) => [
            name,
            path.join(folder ?? path.join(homedir(), ".docker"), `${name}.pem`),
          ]),
          ["verify", verify],
        ])
      : undefined;
  const withTls = (host: string, source: string): EngineLocation =>
    host.startsWith("tcp://") && tls ? { host, source, tls } : { host, source };
  if (options.host) return withTls(options.host, "the host given");
  if (environment["DOCKER_HOST"]) return withTls(environment["DOCKER_HOST"], "DOCKER_HOST");
  return contextLocation(environment);
}

function usualSockets(environment: Readonly<Record<string, string | undefined>>): EngineLocation[] {
  if (process.platform === "win32") {
    return ["//./pipe/docker_engine", "//./pipe/dockerDesktopLinuxEngine"].map((pipe) => ({
      host: `npipe://${pipe}`,
      source: "the usual pipe",
    }));
  }
  const home = environment["HOME"] || homedir();
  const runtime = environment["XDG_RUNTIME_DIR"];
  const paths = [
    "/var/run/docker.sock",
    ...(runtime ? [`${runtime}/docker.sock`] : []),
    `${home}/.docker/run/docker.sock`,
    `${home}/.docker/desktop/docker.sock`,
    `${home}/.colima/default/docker.sock`,
    `${home}/.rd/docker.sock`,
    ...(runtime ? [`${runtime}/podman/podman.sock`] : []),
    "/run/podman/podman.sock",
  ];
  return paths.map((socket) => ({ host: `unix://${socket}`, source: "the usual socket" }));
}

/** Undefined if the engine answers, else why not. */
async function probe(location: EngineLocation, signal: AbortSignal | undefined): Promise<string | undefined> {
  signal?.throwIfAborted();
  if (location.host.startsWith("unix://")) {
    const socket = location.host.slice("unix://".length);
    const missing = await access(socket).then(
      () => false,
      () => true,
    );
    if (missing) return "no such socket";
  }
  const docker = await dockerFor(location);
  const timeout = AbortSignal.timeout(answerWithinMs);
  try {
    // A Dockerode method that its published types give no options.
    const ping = docker.ping.bind(docker) as (options: { abortSignal: AbortSignal }) => Promise<unknown>;
    await ping({ abortSignal: signal ? AbortSignal.any([signal, timeout]) : timeout });
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted) return `no answer within ${answerWithinMs / 1000} s`;
    return (error as Error).message;
  }
}
