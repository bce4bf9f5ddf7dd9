import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "./free-port.ts";
import { type Service, startService } from "./process.ts";

/** A registry of a test's own. */
export interface TestRegistry {
  /** `127.0.0.1:5000` */
  readonly domain: string;
  /** With a certificate it takes tokens signed by its key, and nothing else; without one, everybody. */
  start(token?: { readonly certificate: string; readonly realm: string }): Promise<void>;
  stop(): Promise<void>;
  remove(): Promise<void>;
}

/** Its address is there at once, for the cloud to know; it runs once it is started. */
export async function testRegistry(): Promise<TestRegistry> {
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
    start: async (token) => {
      const { certificate: rootcertbundle, realm } = token ?? {};
      const auth = token && { token: { realm, service: domain, issuer: "cloud", rootcertbundle } };
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
