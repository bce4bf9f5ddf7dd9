import { execFileSync, type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A registry of a test's own at 127.0.0.1; only `user` with `password` may use it. */
export class OwnRegistry {
  readonly user = "slipway";
  readonly password = "of no importance";
  readonly domain: string;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(port: number, folder: string, process: ChildProcess) {
    this.domain = `127.0.0.1:${port}`;
    this.#folder = folder;
    this.#process = process;
  }

  /** @param authentication what is asked of whoever comes: a name and a password, or a token from somewhere else */
  static async start(authentication?: string): Promise<OwnRegistry> {
    const folder = await mkdtemp(path.join(tmpdir(), "slipway-registry-"));
    const port = await freePort();
    await writeFile(path.join(folder, "htpasswd"), execFileSync("htpasswd", ["-Bbn", "slipway", "of no importance"]));
    const config = [
      "version: 0.1",
      `storage: {filesystem: {rootdirectory: ${folder}/data}}`,
      `http: {addr: "127.0.0.1:${port}"}`,
      `auth: ${authentication ?? `{htpasswd: {realm: test, path: ${folder}/htpasswd}}`}`,
    ];
    await writeFile(path.join(folder, "config.yml"), `${config.join("\n")}\n`);
    const child = spawn("docker-registry", ["serve", path.join(folder, "config.yml")], { stdio: "ignore" });
    const registry = new OwnRegistry(port, folder, child);
    const deadline = performance.now() + 30_000;
    while (!(await listens(port))) {
      if (child.exitCode !== null || performance.now() > deadline) {
        await registry.stop();
        throw new Error("docker-registry did not come up");
      }
      await delay(50);
    }
    return registry;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, "exit");
      this.#process.kill("SIGKILL");
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
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
