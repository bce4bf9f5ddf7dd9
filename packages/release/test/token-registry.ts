import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Service, startService } from "./process.ts";

/** A registry of a test's own that takes a cloud's tokens and nothing else. */
export interface TokenRegistry {
  /** `127.0.0.1:5000` */
  readonly domain: string;
  /** @param certificate the file by which it knows the cloud's tokens */
  start(certificate: string, realm: string): Promise<void>;
  stop(): Promise<void>;
  remove(): Promise<void>;
}

/** Its address is there at once, for the cloud to know; it runs once it is started. */
export async function tokenRegistry(): Promise<TokenRegistry> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-registry-"));
  const domain = `127.0.0.1:${await freePort()}`;
  const config = path.join(folder, "config.yml");
  let service: Service | undefined;
  const stop = async (): Promise<void> => {
    await service?.stop();
    service = undefined;
  };
  return {
    domain,
    start: async (certificate, realm) => {
      const auth = { token: { realm, service: domain, issuer: "cloud", rootcertbundle: certificate } };
      const storage = { filesystem: { rootdirectory: path.join(folder, "data") } };
      // JSON is YAML.
      await writeFile(config, JSON.stringify({ version: "0.1", storage, http: { addr: domain }, auth }));
      service = await startService("docker-registry", ["serve", config], /listening on/);
    },
    stop,
    remove: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
