import { readFile } from "node:fs/promises";
import ssh2, { type AnyAuthMethod, type IdentityCallback, type ParsedKey } from "ssh2";
import type { SshTarget } from "./ssh-target.ts";

/** The ways to show who we are, in OpenSSH's order, and why a key could not be used. */
export interface SshIdentities {
  readonly methods: readonly AnyAuthMethod[];
  readonly notes: readonly string[];
}

/** The agent's keys, then those of the key files. A password is never asked for, nor a key's passphrase. */
export async function sshIdentities(target: SshTarget): Promise<SshIdentities> {
  const { user: username, agent } = target;
  const notes: string[] = [];
  const files = await Promise.all(target.identityFiles.map((file) => readKey(file, notes)));
  const methods: AnyAuthMethod[] = [];
  if (agent) {
    const own = target.identitiesOnly ? files.flatMap((file) => (file?.public ? [file.public] : [])) : undefined;
    methods.push({ type: "agent", username, agent: own ? new OnlyThese(agent, own) : agent });
  } else {
    notes.push("no ssh agent (SSH_AUTH_SOCK is not set)");
  }
  for (const file of files) {
    if (file?.private) methods.push({ type: "publickey", username, key: file.private });
  }
  return { methods, notes };
}

interface KeyFile {
  readonly private?: Buffer;
  readonly public?: Buffer;
}

async function readKey(file: string, notes: string[]): Promise<KeyFile | undefined> {
  const [text, publicText] = await Promise.all(
    [file, `${file}.pub`].map((name) => readFile(name).catch((error: NodeJS.ErrnoException) => error)),
  );
  const publicKey = Buffer.isBuffer(publicText) ? parsed(publicText) : undefined;
  const known = publicKey instanceof Error ? undefined : publicKey?.getPublicSSH();
  if (!Buffer.isBuffer(text)) {
    if (text?.code !== "ENOENT") notes.push(`${file}: ${text?.message ?? "cannot be read"}`);
    return known && { public: known };
  }
  const key = parsed(text);
  if (key instanceof Error) {
    const encrypted = /passphrase/i.test(key.message);
    notes.push(`${file}: ${encrypted ? "has a passphrase; give it to the agent with ssh-add" : key.message}`);
    return known && { public: known };
  }
  return { ...(key.isPrivateKey() ? { private: text } : {}), public: key.getPublicSSH() };
}

function parsed(text: Buffer): ParsedKey | Error {
  const key = ssh2.utils.parseKey(text) as ParsedKey | ParsedKey[] | Error;
  return Array.isArray(key) ? (key[0] as ParsedKey) : key;
}

/** An agent that offers some of its keys. */
class OnlyThese extends ssh2.OpenSSHAgent {
  readonly #keys: readonly Buffer[];

  constructor(socketPath: string, keys: readonly Buffer[]) {
    super(socketPath);
    this.#keys = keys;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    super.getIdentities((error, keys) => {
      const all = (keys ?? []) as ParsedKey[];
      callback(
        error ?? undefined,
        all.filter((key) => this.#keys.some((own) => own.equals(key.getPublicSSH()))),
      );
    });
  }
}
