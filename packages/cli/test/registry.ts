import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

/** `tester`'s password as bcrypt has it. */
const htpasswd = "tester:$2y$05$.QG4gf7EcEGWKn2wk7U8IuMRXjQLlV7o1Lb78ls2V2ecao/3uRz7m\n";
const credentials = "tester:c0rrect-horse";

/** A real registry, Debian's docker-registry, which lets `tester` in by a password. */
export class TestRegistry {
  readonly host: string;
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
    const host = await new Promise<string>((resolve, reject) => {
      child.once("error", reject).once("exit", () => reject(new Error("docker-registry ended")));
      lines.on("line", (line) => {
        const address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
        if (address) resolve(address);
      });
    });
    return new TestRegistry(host, child, folder);
  }

  /** A folder with a docker configuration that has these credentials for it, or the right ones. */
  async dockerConfig(login: string = credentials): Promise<string> {
    const folder = await mkdtemp(path.join(this.#folder, "docker-"));
    const auths = { [this.host]: { auth: Buffer.from(login).toString("base64") } };
    await writeFile(path.join(folder, "config.json"), JSON.stringify({ auths }));
    return folder;
  }

  /** The digest that it has an image by; undefined if it has none. */
  async digest(repository: string, tag: string): Promise<string | undefined> {
    const response = await fetch(`http://${this.host}/v2/${repository}/manifests/${tag}`, {
      headers: {
        accept: "application/vnd.docker.distribution.manifest.v2+json",
        authorization: `Basic ${Buffer.from(credentials).toString("base64")}`,
      },
    });
    await response.arrayBuffer();
    return response.ok ? (response.headers.get("docker-content-digest") ?? undefined) : undefined;
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}
