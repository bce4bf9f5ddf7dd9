import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { configDirectory } from "./docker-context.ts";

/** Credentials for one registry, in the engine's form. */
export interface RegistryAuth {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly identitytoken?: string | undefined;
  readonly serveraddress: string;
}

interface DockerConfig {
  auths?: Record<string, { auth?: string; username?: string; password?: string; identitytoken?: string }>;
  credsStore?: string;
  credHelpers?: Record<string, string>;
}

const hubAddress = "https://index.docker.io/v1/";

/**
 * The credentials that docker's configuration has for a registry: its credential helper, the credential store, or the
 * file itself. Undefined where it has none.
 * @param domain the registry as in an image's name, `docker.io` for Docker Hub
 */
export async function registryAuthFor(
  domain: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<RegistryAuth | undefined> {
  const file = path.join(configDirectory(environment), "config.json");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  let config: DockerConfig;
  try {
    config = JSON.parse(text) as DockerConfig;
  } catch {
    return undefined; // the locating of the engine reports a broken file
  }
  const serveraddress = domain === "docker.io" ? hubAddress : domain;
  const helper = config.credHelpers?.[domain] ?? config.credHelpers?.[serveraddress] ?? config.credsStore;
  if (helper) {
    const found = await askHelper(helper, serveraddress);
    if (found) return found;
  }
  const entry = [serveraddress, domain, `https://${domain}`, `https://${domain}/v1/`, `https://${domain}/v2/`]
    .map((key) => config.auths?.[key])
    .find((candidate) => candidate !== undefined);
  if (!entry) return undefined;
  if (entry.identitytoken) return { identitytoken: entry.identitytoken, serveraddress };
  const [username, ...password] = entry.auth
    ? Buffer.from(entry.auth, "base64").toString("utf8").split(":")
    : [entry.username, entry.password ?? ""];
  if (!username) return undefined;
  return { username, password: password.join(":"), serveraddress };
}

/** A credential helper's answer, by its protocol: the server on stdin, JSON on stdout, an error status for "none". */
async function askHelper(helper: string, serveraddress: string): Promise<RegistryAuth | undefined> {
  const child = spawn(`docker-credential-${helper}`, ["get"], { stdio: ["pipe", "pipe", "ignore"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  child.stdin.on("error", () => undefined); // a helper may end without reading
  child.stdin.end(serveraddress);
  const status = await new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", resolve);
  });
  if (status !== 0) return undefined;
  const { Username, Secret } = JSON.parse(output) as { Username: string; Secret: string };
  // The protocol's mark for a token instead of a password.
  if (Username === "<token>") return { identitytoken: Secret, serveraddress };
  return { username: Username, password: Secret, serveraddress };
}
