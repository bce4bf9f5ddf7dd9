import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort, type Service, startService } from "@slipway/testing";

/** A registry of a test's own; only `user` with `password` may use it. */
export interface Registry {
  readonly domain: string;
  readonly user: string;
  readonly password: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it and removes what it has. */
  remove(): Promise<void>;
}

export async function startRegistry(): Promise<Registry> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-registry-"));
  const port = await freePort();
  const [user, password] = ["slipway", `secret-${process.pid}`];
  await writeFile(path.join(folder, "htpasswd"), execFileSync("htpasswd", ["-Bbn", user, password]));
  const config = [
    "version: 0.1",
    `storage: {filesystem: {rootdirectory: ${folder}/data}, delete: {enabled: true}}`,
    `http: {addr: "127.0.0.1:${port}"}`,
    `auth: {htpasswd: {realm: test, path: ${folder}/htpasswd}}`,
  ].join("\n");
  await writeFile(path.join(folder, "config.yml"), `${config}\n`);
  let service: Service | undefined;
  const registry: Registry = {
    domain: `127.0.0.1:${port}`,
    user,
    password,
    start: async () => {
      const args = ["serve", path.join(folder, "config.yml")];
      service = await startService("docker-registry", args, /listening on/);
    },
    stop: async () => {
      await service?.kill();
    },
    remove: async () => {
      await service?.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await registry.start();
  return registry;
}
