import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort, type Service, startService } from "@slipway/testing";

/** A registry of a test's own at 127.0.0.1; only `user` with `password` may use it. */
export class OwnRegistry {
  readonly user = "slipway";
  readonly password = "of no importance";
  readonly domain: string;
  readonly #folder: string;
  readonly #service: Service;

  private constructor(port: number, folder: string, service: Service) {
    this.domain = `127.0.0.1:${port}`;
    this.#folder = folder;
    this.#service = service;
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
    const service = await startService("docker-registry", ["serve", path.join(folder, "config.yml")], /listening on/);
    return new OwnRegistry(port, folder, service);
  }

  async stop(): Promise<void> {
    await this.#service.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
