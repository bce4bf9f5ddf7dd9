import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startPostgres } from "../postgres.ts";
import { startService } from "../process.ts";

/** A cloud of a test's own. */
export interface Cloud {
  readonly url: string;
  readonly token: string;
  /** The folder with `cert.pem`, by which registries know its tokens. */
  readonly signing: string;
  /** Makes a resource, as its administrator does. */
  post(resource: string, body: object): Promise<{ readonly id: number }>;
  /** Makes a fleet, and tells its id. */
  fleet(slug: string): Promise<number>;
  remove(): Promise<void>;
}

/** @param registry where images are to be stored: `127.0.0.1:5000` */
export async function startCloud(registry: string): Promise<Cloud> {
  const signing = await mkdtemp(path.join(tmpdir(), "slipway-cloud-"));
  const key = ["-keyout", path.join(signing, "key.pem"), "-out", path.join(signing, "cert.pem")];
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...key, "-days", "2", "-subj", "/CN=cloud"],
    {
      stdio: "pipe",
    },
  );
  const postgres = await startPostgres();
  const token = `sesame-${process.pid}`;
  const server = fileURLToPath(new URL("server.mjs", import.meta.url));
  const env = { ...process.env, DATABASE_URL: postgres.url, REGISTRY: registry, SIGNING: signing, TOKEN: token };
  const service = await startService(process.execPath, [server], /^port (\d+)$/m, { env });
  const url = `http://127.0.0.1:${service.said[1]}`;
  const post = async (resource: string, body: object): Promise<{ id: number }> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await fetch(`${url}/v7/${resource}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`POST ${resource}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { id: number };
  };
  await post("user", { username: "ann" });
  return {
    url,
    token,
    signing,
    post,
    fleet: async (slug) => (await post("application", { slug, app_name: slug.split("/").at(-1) })).id,
    remove: async () => {
      await service.stop();
      await postgres.remove();
      await rm(signing, { recursive: true, force: true });
    },
  };
}
