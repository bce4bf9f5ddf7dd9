import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Engine } from "@slipway/transport";

/** `tester`'s password as bcrypt has it. */
const htpasswd = "tester:$2y$05$.QG4gf7EcEGWKn2wk7U8IuMRXjQLlV7o1Lb78ls2V2ecao/3uRz7m\n";

/** A real registry, Debian's docker-registry, which lets `tester` in by a password. */
export class TestRegistry {
  readonly host: string;
  readonly credentials = { username: "tester", password: "c0rrect-horse" };
  /** What it was asked for, a line each. */
  readonly log: string[] = [];
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(host: string, process: ChildProcess, folder: string) {
    this.host = host;
    this.#process = process;
    this.#folder = folder;
  }

  static async start(): Promise<TestRegistry> {
    const folder = await mkdtemp(path.join(tmpdir(), "slipway-registry-"));
    await writeFile(path.join(folder, "htpasswd"), htpasswd);
    const config = {
      version: 0.1,
      storage: { filesystem: { rootdirectory: path.join(folder, "data") } },
      http: { addr: "127.0.0.1:0" },
      auth: { htpasswd: { realm: "test", path: path.join(folder, "htpasswd") } },
    };
    // JSON is YAML too.
    await writeFile(path.join(folder, "config.yml"), JSON.stringify(config));
    const child = spawn("docker-registry", ["serve", path.join(folder, "config.yml")], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const lines = createInterface({ input: child.stderr });
    const [host] = await Promise.race([
      new Promise<string[]>((resolve) => {
        lines.on("line", (line) => {
          const found = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
          if (found) resolve([found]);
        });
      }),
      once(child, "error").then(([error]): never => {
        throw error;
      }),
    ]);
    const registry = new TestRegistry(host ?? "", child, folder);
    lines.on("line", (line) => registry.log.push(line));
    return registry;
  }

  /** Moves an untagged image to this registry: the engine has it no more. */
  async push(engine: Engine, image: string, name: string): Promise<void> {
    const full = `${this.host}/${name}`;
    await engine.docker.getImage(image).tag({ repo: full, tag: "1" });
    try {
      const answer = await engine.docker
        .getImage(`${full}:1`)
        .push({ authconfig: { ...this.credentials, serveraddress: this.host } });
      for await (const chunk of answer) {
        if (String(chunk).includes('"error"')) throw new Error(String(chunk));
      }
    } finally {
      await engine.docker.getImage(`${full}:1`).remove();
    }
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      this.#process.kill();
      await once(this.#process, "exit");
    }
    await rm(this.#folder, { recursive: true });
  }
}
