import { createHash } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { configDirectory, parseConfigFile, readDockerConfig } from "./docker-config.ts";
import type { EngineLocation } from "./engine-location.ts";
import { TransportError } from "./transport-error.ts";

/**
 * The engine of docker's context: DOCKER_CONTEXT, else `currentContext` of its config.json. Undefined for the default
 * context, or where nothing is configured.
 * @throws TransportError TRANSPORT_BAD_CONFIG for a context that the store doesn't have or that can't be read
 */
export async function contextLocation(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<EngineLocation | undefined> {
  const directory = configDirectory(environment);
  const name = environment["DOCKER_CONTEXT"] || (await readDockerConfig(environment)).currentContext;
  if (!name || name === "default") return undefined;
  // The store's layout: contexts/{meta,tls}/<sha256 of the name>.
  const id = createHash("sha256").update(name).digest("hex");
  const file = path.join(directory, "contexts/meta", id, "meta.json");
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new TransportError("TRANSPORT_BAD_CONFIG", `docker context "${name}" is not in the context store (${file})`, {
      cause,
      hint: "see `docker context ls`, or choose another with DOCKER_CONTEXT or DOCKER_HOST",
    });
  });
  const endpoint = (
    parseConfigFile(file, text) as { Endpoints?: { docker?: { Host?: string; SkipTLSVerify?: boolean } } }
  ).Endpoints?.docker;
  if (!endpoint?.Host) {
    throw new TransportError("TRANSPORT_BAD_CONFIG", `docker context "${name}" has no docker endpoint (${file})`, {
      hint: "see `docker context inspect`, or choose another with DOCKER_CONTEXT or DOCKER_HOST",
    });
  }
  const tlsDirectory = path.join(directory, "contexts/tls", id, "docker");
  const [ca, cert, key] = await Promise.all(
    ["ca.pem", "cert.pem", "key.pem"].map(async (pem) => {
      const full = path.join(tlsDirectory, pem);
      return access(full).then(
        () => full,
        () => undefined,
      );
    }),
  );
  const source = `docker context "${name}"`;
  if (!ca && !cert && !key) return { host: endpoint.Host, source };
  return { host: endpoint.Host, source, tls: { ca, cert, key, verify: !endpoint.SkipTLSVerify } };
}
