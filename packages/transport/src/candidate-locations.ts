import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { contextLocation } from "./docker-context.ts";
import type { ConnectOptions, EngineLocation, TlsFiles } from "./engine-location.ts";
import { TransportError } from "./transport-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const usualPlaces: Readonly<Record<string, string>> = {
  "unix://": "unix:///var/run/docker.sock",
  "npipe://": "npipe:////./pipe/docker_engine",
  "tcp://": "tcp://localhost:2375",
};

/** Where to look for an engine: at the host given, else DOCKER_HOST, else docker's context, else the usual sockets. */
export async function candidateLocations(
  options: ConnectOptions,
  environment: Environment,
): Promise<{ named: boolean; locations: readonly EngineLocation[] }> {
  const withTls = (host: string, source: string): EngineLocation => {
    const tls = host.startsWith("tcp://") && !options.tlsMaterial ? environmentTls(environment) : undefined;
    return tls ? { host, source, tls } : { host, source };
  };
  if (options.host) return { named: true, locations: [withTls(options.host, "the host given")] };
  const variable = environment["DOCKER_HOST"]?.trim();
  if (variable) {
    // As docker reads it: tcp without a scheme, and the usual place where there is a scheme alone.
    const host = usualPlaces[variable] ?? (/^[\w.:[\]-]+$/.test(variable) ? `tcp://${variable}` : variable);
    return { named: true, locations: [withTls(host, "DOCKER_HOST")] };
  }
  const context = await contextLocation(environment);
  if (context) return { named: true, locations: [context] };
  return { named: false, locations: usualSockets(environment) };
}

/**
 * The TLS files that the environment names, as docker's own client takes them: DOCKER_TLS_VERIFY turns checking on,
 * DOCKER_CERT_PATH says where they are. What a folder that wasn't named lacks is left out.
 */
function environmentTls(environment: Environment): TlsFiles | undefined {
  const verify = Boolean(environment["DOCKER_TLS_VERIFY"]);
  const named = environment["DOCKER_CERT_PATH"];
  if (!verify && !named) return undefined;
  const folder = named ?? path.join(environment["HOME"] || homedir(), ".docker");
  const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => {
    const file = path.join(folder, name);
    return existsSync(file) ? file : undefined;
  });
  const missing = [...(named && verify && !ca ? ["ca.pem"] : []), ...(cert && !key ? ["key.pem"] : [])];
  if (missing.length > 0 || (key && !cert)) {
    throw new TransportError(
      "TRANSPORT_BAD_CONFIG",
      `cannot read the TLS file ${path.join(folder, missing[0] ?? "cert.pem")}: it is missing`,
      {
        hint: "DOCKER_CERT_PATH names the folder that holds ca.pem, cert.pem and key.pem",
      },
    );
  }
  return { ca, cert, key, verify };
}

function usualSockets(environment: Environment): EngineLocation[] {
  if (process.platform === "win32") {
    return ["//./pipe/docker_engine", "//./pipe/dockerDesktopLinuxEngine", "//./pipe/podman-machine-default"].map(
      (pipe) => ({ host: `npipe://${pipe}`, source: "the usual pipe" }),
    );
  }
  const home = environment["HOME"] || homedir();
  const runtime = environment["XDG_RUNTIME_DIR"];
  const paths = [
    "/var/run/docker.sock",
    ...(runtime ? [`${runtime}/docker.sock`] : []),
    `${home}/.docker/run/docker.sock`,
    `${home}/.docker/desktop/docker.sock`,
    `${home}/.colima/default/docker.sock`,
    `${home}/.config/colima/default/docker.sock`,
    `${home}/.rd/docker.sock`,
    "/var/run/balena-engine.sock",
    ...(runtime ? [`${runtime}/podman/podman.sock`] : []),
    "/run/podman/podman.sock",
  ];
  return paths.map((socket) => ({ host: `unix://${socket}`, source: "the usual socket" }));
}
