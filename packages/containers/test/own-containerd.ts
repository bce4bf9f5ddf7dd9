import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Backend, type ContainerdConfig, newBackend } from "../src/index.ts";

/** containerd of a test's own: its own folder, and mounts that nobody else sees. */
export class OwnContainerd {
  readonly config: ContainerdConfig;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, process: ChildProcess) {
    this.#folder = folder;
    this.#process = process;
    this.config = {
      type: "containerd",
      address: path.join(folder, "containerd.sock"),
      namespace: "slipway-test",
      stateDirectory: path.join(folder, "logs"),
    };
  }

  static async start(): Promise<OwnContainerd> {
    const folder = await mkdtemp(path.join(tmpdir(), "slipway-containerd-"));
    const config = [
      "version = 2",
      `root = "${folder}/root"`,
      `state = "${folder}/state"`,
      'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
      "[grpc]",
      `  address = "${folder}/containerd.sock"`,
      "[ttrpc]",
      `  address = "${folder}/containerd.sock.ttrpc"`,
    ].join("\n");
    await mkdir(path.join(folder, "logs"));
    await writeFile(path.join(folder, "config.toml"), `${config}\n`);
    const PATH = `${process.env["PATH"]}:/usr/sbin:/sbin`;
    const args = ["--mount", "--fork", "--kill-child", "containerd", "--config", path.join(folder, "config.toml")];
    const child = spawn("unshare", args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, PATH } });
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-5_000)));
    const own = new OwnContainerd(folder, child);
    const deadline = performance.now() + 30_000;
    for (;;) {
      try {
        (await own.open()).close();
        return own;
      } catch (error) {
        if (child.exitCode !== null || performance.now() > deadline) {
          await own.stop();
          throw new Error(`containerd did not come up: ${(error as Error).message}\n${said}`, { cause: error });
        }
        await delay(50);
      }
    }
  }

  open(): Promise<Backend> {
    return newBackend(this.config);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, "exit");
      this.#process.kill("SIGKILL");
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /** Folders of containers with their logs. */
  async logFolders(): Promise<string[]> {
    return await readdir(path.join(this.#folder, "logs", "slipway-test"));
  }

  /** Processes that containers of this one still have. */
  async shims(): Promise<string[]> {
    const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const commands = processes.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""));
    const found = await Promise.all(commands);
    return found.filter((command) => command.includes("containerd-shim") && command.includes(this.#folder));
  }
}
