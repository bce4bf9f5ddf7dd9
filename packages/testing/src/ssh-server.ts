import { execFileSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { freePort } from "./free-port.ts";
import { type Service, startService } from "./process.ts";

/** An ssh server of a test's own, and the home folder of somebody who may log in. */
export interface SshServer {
  readonly port: number;
  readonly host: string;
  /** Has `.ssh` with a key and known_hosts. */
  readonly home: string;
  /** HOME, and no agent. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** With these lines added to its configuration. */
  restart(lines?: readonly string[]): Promise<void>;
  /** How many connections it has accepted since it started. */
  accepted(): number;
  /** Gives the server another key. */
  changeKey(): Promise<void>;
  kill(): Promise<void>;
  remove(): Promise<void>;
}

export async function startSshServer(): Promise<SshServer> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-sshd-"));
  const port = await freePort();
  const home = path.join(folder, "home");
  await mkdir(path.join(home, ".ssh"), { recursive: true, mode: 0o700 });
  const keygen = (file: string): void =>
    void execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", file]);
  const key = path.join(home, ".ssh/id_ed25519");
  keygen(key);
  const hostKey = path.join(folder, "host_key");
  keygen(hostKey);
  await copyFile(`${key}.pub`, path.join(folder, "authorized_keys"));
  const publicKey = (await readFile(`${hostKey}.pub`, "utf8")).split(" ").slice(0, 2).join(" ");
  await writeFile(path.join(home, ".ssh/known_hosts"), `[127.0.0.1]:${port} ${publicKey}\n`);
  // Where sshd puts those that haven't logged in yet.
  await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const config = path.join(folder, "sshd_config");
  const user = userInfo().username;
  let service: Service | undefined;
  const restart = async (lines: readonly string[] = []): Promise<void> => {
    await service?.kill();
    const settings = [
      ...lines,
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${hostKey}`,
      `PidFile ${folder}/sshd.pid`,
      `AuthorizedKeysFile ${folder}/authorized_keys`,
      "StrictModes no",
      "UsePAM no",
      "PasswordAuthentication no",
      "PermitRootLogin prohibit-password",
      "LogLevel VERBOSE",
    ];
    await writeFile(config, `${settings.join("\n")}\n`);
    service = await startService("/usr/sbin/sshd", ["-D", "-e", "-f", config], /Server listening on/);
  };
  await restart();
  return {
    port,
    host: `ssh://${user}@127.0.0.1:${port}`,
    home,
    environment: { ...process.env, HOME: home, SSH_AUTH_SOCK: undefined },
    restart,
    accepted: () => [...(service?.output() ?? "").matchAll(/Accepted publickey/g)].length,
    changeKey: async () => {
      await rm(hostKey);
      await rm(`${hostKey}.pub`);
      keygen(hostKey);
      await restart();
    },
    kill: async () => {
      // Also what serves a connection, which outlives the listener.
      execFileSync("sh", ["-c", `pkill -KILL -P $(cat ${folder}/sshd.pid) || true`]);
      await service?.kill();
    },
    remove: async () => {
      await service?.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
