import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { TransportError } from "./transport-error.ts";

/** What we read of docker's client configuration. */
export interface DockerConfig {
  readonly auths?: Readonly<Record<string, RegistryEntry | undefined>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string | undefined>>;
  readonly currentContext?: string;
}

/** A registry's own entry. */
export interface RegistryEntry {
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** The folder of docker's client configuration: DOCKER_CONFIG or `~/.docker`. */
export function configDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  return environment["DOCKER_CONFIG"] || path.join(environment["HOME"] || homedir(), ".docker");
}

/**
 * Docker's client configuration; empty where there is none.
 * @throws TransportError TRANSPORT_BAD_CONFIG
 */
export async function readDockerConfig(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<DockerConfig> {
  const file = path.join(configDirectory(environment), "config.json");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return {};
    throw new TransportError("TRANSPORT_BAD_CONFIG", `cannot read ${file}: ${message}`, { cause });
  }
  // Docker takes an empty file for none, too.
  if (text.trim() === "") return {};
  return checked(file, parseConfigFile(file, text));
}

/** What is there is of its kind. */
function checked(file: string, config: DockerConfig): DockerConfig {
  for (const name of ["credsStore", "currentContext"] as const) {
    if (config[name] !== undefined && typeof config[name] !== "string")
      throw badConfig(file, `has a ${name} that is no text`);
  }
  for (const name of ["auths", "credHelpers"] as const) {
    const value: unknown = config[name] ?? {};
    if (typeof value !== "object" || Array.isArray(value)) throw badConfig(file, `has ${name} that are no object`);
  }
  return config;
}

/**
 * The object in a configuration file's text.
 * @throws TransportError TRANSPORT_BAD_CONFIG, without the text, which may hold credentials
 */
export function parseConfigFile(file: string, text: string): object {
  let value: unknown;
  try {
    // Editors on Windows put a byte order mark at the beginning.
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    throw badConfig(file, "is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw badConfig(file, "does not hold a JSON object");
  return value;
}

function badConfig(file: string, what: string): TransportError {
  return new TransportError("TRANSPORT_BAD_CONFIG", `${file} ${what}`, {
    hint: "correct the file, or have docker write it anew: `docker login`, `docker context use`",
  });
}
