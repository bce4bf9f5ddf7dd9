import { readFile, stat } from "node:fs/promises";
import type { Problem } from "@slipway/errors";
import { agentSocket, type AgentSource, keyAgent } from "@slipway/transport";
import { BuildError, type BuildErrorCode } from "./build-error.ts";
import type { BuildOptions, SecretSource, SshSource } from "./build-options.ts";

/** BuildKit's own limit. */
const largestSecret = 500 * 1024;

/** What a build may ask for of its secrets and ssh agents. */
export interface ReadSecrets {
  readonly secrets: Map<string, Uint8Array>;
  readonly agents: Map<string, AgentSource>;
}

/**
 * Reads a build's secrets and finds its ssh agents.
 *
 * @throws {BuildError} `BUILD_BAD_OPTION`, with everything that is not there
 */
export async function readSecrets(
  { secrets = {}, ssh = {} }: Pick<BuildOptions, "secrets" | "ssh">,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ReadSecrets> {
  const problems: Problem<BuildErrorCode>[] = [];
  const read: ReadSecrets = { secrets: new Map(), agents: new Map() };
  const each = async (path: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      const { message, hint } = error as { message: string; hint?: string };
      problems.push({ code: "BUILD_BAD_OPTION", message, path, ...(hint === undefined ? {} : { hint }) });
    }
  };
  for (const [id, source] of Object.entries(secrets)) {
    await each(`secrets.${id}`, async () => void read.secrets.set(id, await contentOf(id, source, environment)));
  }
  for (const [id, source] of Object.entries(ssh)) {
    await each(`ssh.${id}`, async () => void read.agents.set(id, await agentOf(id, source, environment)));
  }
  const [first, ...more] = problems;
  if (first) throw BuildError.ofProblems([first, ...more]);
  return read;
}

async function contentOf(
  id: string,
  source: SecretSource,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Uint8Array> {
  const content = await rawContent(id, source, environment);
  if (content.length <= largestSecret) return content;
  throw bad(`the secret ${id} has ${content.length} bytes`, `BuildKit takes secrets of up to ${largestSecret} bytes`);
}

async function rawContent(
  id: string,
  source: SecretSource,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Uint8Array> {
  if ("value" in source) return typeof source.value === "string" ? Buffer.from(source.value) : source.value;
  if ("env" in source) {
    const value = environment[source.env];
    if (value !== undefined) return Buffer.from(value);
    throw bad(`the secret ${id} is to come from the variable ${source.env}, which is not set`, "set it");
  }
  return readFile(source.file).catch((cause: Error) => {
    throw bad(`cannot read the secret ${id}: ${cause.message}`, "name a file that can be read");
  });
}

async function agentOf(
  id: string,
  source: SshSource,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<AgentSource> {
  if (typeof source === "object" && "keys" in source) return keyAgent(source.keys);
  const socket = source === "agent" ? environment["SSH_AUTH_SOCK"] : source.socket;
  if (!socket)
    throw bad(`there is no ssh agent for ${id}: SSH_AUTH_SOCK is not set`, "start one with ssh-agent, or give keys");
  const stats = await stat(socket).catch(() => undefined);
  if (stats?.isSocket()) return agentSocket(socket);
  throw bad(`there is no ssh agent for ${id} at ${socket}`, "start one with ssh-agent, or give keys");
}

function bad(message: string, hint: string): BuildError {
  return new BuildError("BUILD_BAD_OPTION", message, { hint });
}
