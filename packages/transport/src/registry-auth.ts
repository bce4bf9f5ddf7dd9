import { askCredentialHelper } from "./credential-helper.ts";
import { readDockerConfig, type RegistryEntry } from "./docker-config.ts";

/** Credentials for one registry, in the engine's form. */
export interface RegistryAuth {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** A token to get access tokens with, instead of a password. */
  readonly identitytoken?: string | undefined;
  /** A token that the registry takes as it is. */
  readonly registrytoken?: string | undefined;
  readonly serveraddress: string;
}

const hubAddress = "https://index.docker.io/v1/";

/**
 * The credentials that docker's configuration has for a registry: its credential helper, the credential store, or the
 * file itself. Undefined where it has none. No other registry is asked about.
 * @param domain the registry as in an image's name, `docker.io` for Docker Hub
 * @throws TransportError TRANSPORT_BAD_CONFIG; TRANSPORT_AUTH for a credential helper that fails
 */
export async function registryAuthFor(
  domain: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<RegistryAuth | undefined> {
  const config = await readDockerConfig(environment);
  const serveraddress = domain === "docker.io" ? hubAddress : domain;
  const helper = config.credHelpers?.[domain] ?? config.credHelpers?.[serveraddress] ?? config.credsStore;
  if (helper) {
    const found = await askCredentialHelper(helper, serveraddress, environment, options.signal);
    if (found) return found;
  }
  const auths = config.auths ?? {};
  // Files of long ago have addresses where there are hosts now.
  const old = Object.keys(auths).find((key) => key.replace(/^https?:\/\//, "").split("/")[0] === domain);
  const entry = auths[serveraddress] ?? auths[domain] ?? (old === undefined ? undefined : auths[old]);
  return entry && fromEntry(entry, serveraddress);
}

function fromEntry(entry: RegistryEntry, serveraddress: string): RegistryAuth | undefined {
  if (entry.identitytoken) return { identitytoken: entry.identitytoken, serveraddress };
  if (entry.registrytoken) return { registrytoken: entry.registrytoken, serveraddress };
  const [username, ...password] = entry.auth
    ? Buffer.from(entry.auth, "base64").toString("utf8").split(":")
    : [entry.username, entry.password ?? ""];
  // A file whose credentials are in a store has empty entries.
  if (!username) return undefined;
  return { username, password: password.join(":").replace(/\0+$/, ""), serveraddress };
}
