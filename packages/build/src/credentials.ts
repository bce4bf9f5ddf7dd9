import type { Dockerfile } from "@slipway/dockerfile";
import { baseRegistries } from "./base-registries.ts";
import type { BuildOptions, RegistryAuthSource, RegistryCredentials } from "./build-options.ts";

/** What the engine calls Docker Hub when it asks for, or takes, credentials. */
const hubKeys = ["docker.io", "index.docker.io", "https://index.docker.io/v1/"];

/** Looks the credentials for a registry up. */
export function credentialsOf(
  source: RegistryAuthSource,
): (registry: string) => Promise<RegistryCredentials | undefined> {
  return async (registry) => {
    if (typeof source === "function") return source(registry);
    const names = hubKeys.includes(registry) ? hubKeys : [registry, `https://${registry}`, `https://${registry}/v1/`];
    return names.map((name) => source[name]).find((found) => found !== undefined);
  };
}

/**
 * Credentials for the classic builder, which takes all of them at the start: those of the registries that the Dockerfile
 * names. Where its text is not known, those that were given by name.
 */
export async function classicCredentials(
  options: Pick<BuildOptions, "registryAuth" | "buildArgs" | "platform" | "cacheFrom">,
  tree: Dockerfile | undefined,
): Promise<Record<string, RegistryCredentials> | undefined> {
  const { registryAuth } = options;
  if (registryAuth === undefined) return undefined;
  const find = credentialsOf(registryAuth);
  const registries =
    registriesOf(tree, options) ?? (typeof registryAuth === "function" ? [] : Object.keys(registryAuth));
  const found: Record<string, RegistryCredentials> = {};
  for (const registry of registries) {
    const credentials = await find(registry);
    if (credentials) found[registry === "docker.io" ? "https://index.docker.io/v1/" : registry] = credentials;
  }
  return found;
}

function registriesOf(
  tree: Dockerfile | undefined,
  options: Pick<BuildOptions, "buildArgs" | "platform" | "cacheFrom">,
): Iterable<string> | undefined {
  try {
    return tree && baseRegistries(tree, options);
  } catch {
    return undefined; // a Dockerfile that is not understood; the engine says why
  }
}
