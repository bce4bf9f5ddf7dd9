import { readFile } from "node:fs/promises";
import type { ParsedKey } from "ssh2";
import { TransportError } from "../transport-error.ts";
import type { AgentSource } from "./ssh-service.ts";

/**
 * An ssh agent within this process that knows the private keys of these files. Keys never leave it: it only signs.
 *
 * @throws {TransportError} `TRANSPORT_BAD_CONFIG` for a file that is no private key, or needs a passphrase
 */
export async function keyAgent(files: readonly string[]): Promise<AgentSource> {
  const { default: ssh2 } = await import("ssh2");
  const keys = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(file).catch((cause: unknown) => {
        throw badKey(file, (cause as Error).message, cause);
      });
      const parsed = ssh2.utils.parseKey(text);
      if (parsed instanceof Error) throw badKey(file, parsed.message, parsed);
      const key = Array.isArray(parsed) ? parsed[0] : parsed;
      if (!key?.isPrivateKey()) throw badKey(file, "it is a public key");
      return key;
    }),
  );
  return () => {
    const agent = new ssh2.AgentProtocol(false);
    agent.on("identities", (request) => agent.getIdentitiesReply(request, keys));
    agent.on("sign", (request, wanted, data, { hash }) => {
      const asked = ssh2.utils.parseKey(wanted as ParsedKey);
      const blob = asked instanceof Error ? undefined : asked.getPublicSSH();
      const key = keys.find((one) => blob?.equals(one.getPublicSSH()));
      // Only of RSA's there are several kinds; sha1 where nothing newer is asked for.
      const signature = key?.sign(data, key.type === "ssh-rsa" ? (hash ?? "sha1") : undefined);
      if (signature && !(signature instanceof Error)) agent.signReply(request, signature);
      else agent.failureReply(request);
    });
    return agent;
  };
}

function badKey(file: string, why: string, cause?: unknown): TransportError {
  const encrypted = /passphrase|encrypted/i.test(why);
  return new TransportError("TRANSPORT_BAD_CONFIG", `cannot use the ssh key ${file}: ${why}`, {
    cause,
    hint: encrypted
      ? "add it to an ssh agent with ssh-add, and forward that agent"
      : "expected a private key in OpenSSH's or PEM form",
  });
}
