import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect, type Engine } from "@slipway/transport";

/** An engine that a test may end: dockerd in namespaces of its own, whose containers all end with it. */
export class OwnEngine {
  readonly socket: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
    this.socket = path.join(folder, "docker.sock");
  }

  /** Starts one that has an image of another. */
  static async start(from: Engine, image: string): Promise<OwnEngine> {
    const own = new OwnEngine(await mkdtemp(path.join(tmpdir(), "slipway-engine-")));
    await own.restart();
    const engine = await connect({ host: `unix://${own.socket}` });
    const answer = await engine.docker.loadImage(await from.docker.getImage(image).get());
    answer.resume();
    await once(answer, "end");
    engine.close();
    return own;
  }

  /** Ends it and its containers at once, as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
    for (const left of ["docker.pid", "exec", "docker.sock"]) {
      await rm(path.join(this.#folder, left), { recursive: true, force: true });
    }
  }

  async restart(): Promise<void> {
    await this.kill();
    this.#process = await spawnEngine(this.#folder);
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

async function spawnEngine(folder: string): Promise<ChildProcess> {
  const at = (name: string): string => path.join(folder, name);
  const namespaces = ["--net", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child"];
  const places = ["--data-root", at("data"), "--exec-root", at("exec"), "--pidfile", at("docker.pid")];
  const options = [...places, "--host", `unix://${at("docker.sock")}`, "--bridge=none", "--iptables=false"];
  const child = spawn("unshare", [...namespaces, "dockerd", ...options], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-5_000);
      if (said.includes("API listen on")) resolve();
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`dockerd did not start:\n${said}`)));
  });
  return child;
}
