import type { Duplex } from "node:stream";
import ssh2, { type Client, type ServerHostKeyAlgorithm } from "ssh2";
import { TransportError } from "../transport-error.ts";
import { HostKeyCheck } from "./host-key.ts";
import { sshIdentities } from "./ssh-identities.ts";
import type { SshTarget } from "./ssh-target.ts";

const readyWithinMs = 20_000;

const hostKeyTypes: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
];

/**
 * Speaks ssh on a connected stream: checks the host's key, then shows who we are.
 * @throws TransportError TRANSPORT_HOST_KEY, TRANSPORT_AUTH, TRANSPORT_CONNECTION_LOST
 */
export async function connectClient(target: SshTarget, sock: Duplex): Promise<Client> {
  // A socket may fail while files are read; the client hears of it later, by its end.
  const failed = new Promise<never>((_, reject) => sock.once("error", reject));
  failed.catch(() => undefined);
  const check = await HostKeyCheck.read(target);
  const { methods, notes } = await sshIdentities(target);
  const known = check.knownTypes;
  const serverHostKey = [
    ...hostKeyTypes.filter((type) => known.includes(type)),
    ...hostKeyTypes.filter((type) => !known.includes(type)),
  ];
  const client = new ssh2.Client();
  client.setMaxListeners(0);
  let refused: unknown;
  const ready = new Promise<void>((resolve, reject) => {
    client.once("ready", resolve);
    client.once("close", () => reject(new Error("the host closed the connection")));
    client.on("error", reject);
  });
  client.connect({
    sock,
    username: target.user,
    readyTimeout: readyWithinMs,
    algorithms: { serverHostKey },
    authHandler: [...methods],
    hostVerifier: (key: Buffer, verify: (accepted: boolean) => void): void => {
      check.accept(key).then(
        () => verify(true),
        (error: unknown) => {
          refused = error;
          verify(false);
        },
      );
    },
  });
  try {
    await Promise.race([ready, failed]);
    return client;
  } catch (error) {
    client.end();
    sock.destroy();
    throw refused ?? connectionError(target, error, notes);
  }
}

function connectionError(target: SshTarget, error: unknown, notes: readonly string[]): TransportError {
  const { level, message } = error as { level?: string; message: string };
  const where = `ssh host ${target.user}@${target.hostname}:${target.port}`;
  if (level !== "client-authentication") {
    return new TransportError("TRANSPORT_CONNECTION_LOST", `${where}: ${message}`, { cause: error });
  }
  return new TransportError("TRANSPORT_AUTH", `${where} accepts none of our keys`, {
    cause: error,
    hint: ["add a key to the agent with ssh-add, or to the host with ssh-copy-id", ...notes].join("; "),
  });
}
