import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** An ssh server of a test's own. */
export interface SshServer {
  readonly host: string;
  /** HOME with a key that may log in, and no agent. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  remove(): Promise<void>;
}

export async function startSshServer(): Promise<SshServer> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-sshd-"));
  const at = (name: string): string => path.join(folder, name);
  const port = await freePort();
  await mkdir(at("home/.ssh"), { recursive: true, mode: 0o700 });
  for (const key of ["home/.ssh/id_ed25519", "host_key"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", at(key)]);
  }
  await copyFile(at("home/.ssh/id_ed25519.pub"), at("authorized_keys"));
  const hostKey = (await readFile(at("host_key.pub"), "utf8")).split(" ").slice(0, 2).join(" ");
  await writeFile(at("home/.ssh/known_hosts"), `[127.0.0.1]:${port} ${hostKey}\n`);
  const settings = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${at("host_key")}`,
    `PidFile ${at("sshd.pid")}`,
    `AuthorizedKeysFile ${at("authorized_keys")}`,
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "PermitRootLogin prohibit-password",
  ];
  await writeFile(at("sshd_config"), `${settings.join("\n")}\n`);
  // Where sshd puts those that haven't logged in yet.
  await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const child = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", at("sshd_config")], { stdio: "ignore" });
  const ended = once(child, "exit");
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error("sshd did not start");
    await delay(20);
  }
  return {
    host: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    environment: { ...process.env, HOME: at("home"), SSH_AUTH_SOCK: undefined },
    remove: async () => {
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => resolve(socket.destroy() && true)).once("error", () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
