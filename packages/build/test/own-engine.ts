import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { connect, type Engine } from "@slipway/transport";

/**
 * An engine that a test may kill: dockerd in network, mount and process namespaces of its own, whose processes all end
 * with it.
 */
export class OwnEngine {
  readonly engine: Engine;
  readonly #folder: string;
  #process: ChildProcess;

  private constructor(engine: Engine, folder: string, process: ChildProcess) {
    this.engine = engine;
    this.#folder = folder;
    this.#process = process;
  }

  static async start(): Promise<OwnEngine> {
    const folder = await mkdtemp(path.join(tmpdir(), "slipway-engine-"));
    const child = await spawnEngine(folder);
    const engine = await connect({ host: `unix://${folder}/docker.sock` });
    return new OwnEngine(engine, folder, child);
  }

  /** Copies an image from another engine. */
  async take(from: Engine, image: string): Promise<void> {
    const archive = await from.docker.getImage(image).get();
    const answer = await this.engine.docker.loadImage(archive);
    answer.resume();
    await once(answer, "end");
  }

  /** Ends it at once, as a power cut would. */
  async kill(): Promise<void> {
    const gone = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await gone;
    // As a reboot has it.
    for (const left of ["docker.pid", "exec", "docker.sock"]) {
      await rm(path.join(this.#folder, left), { recursive: true, force: true });
    }
  }

  async restart(): Promise<void> {
    this.#process = await spawnEngine(this.#folder);
  }

  async close(): Promise<void> {
    this.engine.close();
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function spawnEngine(folder: string): Promise<ChildProcess> {
  const at = (name: string): string => path.join(folder, name);
  const namespaces = ["--net", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child"];
  const options = ["--data-root", at("data"), "--exec-root", at("exec"), "--pidfile", at("docker.pid")];
  const child = spawn("unshare", [...namespaces, "dockerd", ...options, "--host", `unix://${at("docker.sock")}`], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      lines.push(line);
      if (line.includes("API listen on")) resolve();
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`dockerd did not start:\n${lines.slice(-10).join("\n")}`)));
  });
  return child;
}
