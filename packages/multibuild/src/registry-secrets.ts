import type { Problem } from "@slipway/errors";
import { parseReference } from "@slipway/transport/reference";
import { MultibuildError, type MultibuildErrorCode } from "./multibuild-error.ts";
import { parseMetadataText } from "./metadata-text.ts";

/** Credentials by registry, as an image's name has it: `registry.example.com:5000`; Docker Hub is `docker.io`. */
export type RegistrySecrets = Readonly<Record<string, { readonly username: string; readonly password: string }>>;

const hub = "docker.io";
const hubAddresses = new Set(["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"]);

/** Docker Hub's address in the engine's own words. */
export const canonicalHubUrl = "https://index.docker.io/v1/";

/**
 * Reads registry secrets. No value of them is ever part of an error.
 *
 * @param file its name says whether it is JSON (`.json`) or YAML
 * @throws {MultibuildError} `MULTIBUILD_BAD_METADATA`, with all mistakes
 */
export function parseRegistrySecrets(text: string, file: string): RegistrySecrets {
  return checkRegistrySecrets(parseMetadataText(text, file), file);
}

/**
 * Checks what was parsed already; addresses come in the one form that {@link registryCredentials} looks for.
 *
 * @param file where it is from, for messages
 * @throws {MultibuildError} `MULTIBUILD_BAD_METADATA`, with all mistakes
 */
export function checkRegistrySecrets(value: unknown, file = "the registry secrets"): RegistrySecrets {
  const problems: Problem<MultibuildErrorCode>[] = [];
  const bad = (what: string, path: string): number =>
    problems.push({
      code: "MULTIBUILD_BAD_METADATA",
      message: `${file}: ${what}`,
      hint: "give a map from registry to `username` and `password`",
      path,
    });
  const secrets: Record<string, { username: string; password: string }> = {};
  if (!isMap(value)) bad("it is not a map from registry to credentials", "");
  else {
    for (const [address, entry] of Object.entries(value)) {
      const { username, password, ...others } = isMap(entry) ? entry : {};
      if (/\s/.test(address) || registryOf(address) === "") bad(`\`${address}\` is no registry`, address);
      else if (typeof username !== "string" || typeof password !== "string") {
        bad(`\`${address}\` does not have both \`username\` and \`password\` as text`, address);
      } else secrets[registryOf(address)] = { username, password };
      for (const name of Object.keys(others)) bad(`\`${address}\` has the unknown field \`${name}\``, address);
    }
  }
  MultibuildError.throwAll(problems);
  return secrets;
}

/** The credentials of an image's registry, if there are any. */
export function registryCredentials(
  image: string,
  secrets: RegistrySecrets,
): { registry: string; username: string; password: string } | undefined {
  const registry = parseReference(image).domain;
  const own = Object.hasOwn(secrets, registry) ? secrets[registry] : undefined;
  return own && { registry, ...own };
}

/** `https://x/v1/` and `x` are the same registry, and Docker Hub has several names. */
function registryOf(address: string): string {
  const host = address.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  return hubAddresses.has(host) ? hub : host;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
