import { execFileSync } from "node:child_process";
import { chownSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startService } from "./process.ts";

/** A PostgreSQL of a test's own, on a socket in a folder of its own. */
export interface Postgres {
  readonly url: string;
  remove(): Promise<void>;
}

export async function startPostgres(): Promise<Postgres> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-postgres-"));
  const bin = await programs();
  // It refuses to be root.
  const owner = process.getuid?.() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(folder, owner.uid, owner.gid);
  const data = path.join(folder, "data");
  execFileSync(path.join(bin, "initdb"), ["-D", data, "-U", "cloud", "-A", "trust", "-N"], { ...owner, stdio: "pipe" });
  const settings = ["listen_addresses=", "fsync=off", `unix_socket_directories=${folder}`];
  const args = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])];
  const service = await startService(path.join(bin, "postgres"), args, /ready to accept connections/, owner);
  return {
    url: `postgres:///postgres?host=${folder}&user=cloud`,
    remove: async () => {
      await service.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Debian has them in a folder for each version, not on the PATH. */
async function programs(): Promise<string> {
  const base = "/usr/lib/postgresql";
  const [newest] = (await readdir(base)).toSorted((a, b) => Number(b) - Number(a));
  if (newest === undefined) throw new Error(`no PostgreSQL in ${base}`);
  return path.join(base, newest, "bin");
}

function idOf(which: "-u" | "-g"): number {
  return Number(execFileSync("id", [which, "postgres"], { encoding: "utf8" }));
}
