import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect, type Engine } from "@slipway/transport";

/** An engine of a test's own, in its own network, mounts and processes. */
export interface OwnEngine {
  readonly engine: Engine;
  /** Ends it at once, with everything that it runs. */
  kill(): Promise<void>;
  /** Removes what it left. */
  clean(): Promise<void>;
}

/** Starts an engine and waits until it says that it listens. */
export async function startOwnEngine(): Promise<OwnEngine> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-test-engine-"));
  const host = `unix://${path.join(folder, "docker.sock")}`;
  const at = (name: string): string => path.join(folder, name);
  const child = spawn(
    "unshare",
    [
      "--net",
      "--mount",
      "--pid",
      "--fork",
      "--mount-proc",
      "--kill-child",
      "dockerd",
      `--data-root=${at("data")}`,
      `--exec-root=${at("exec")}`,
      `--pidfile=${at("pid")}`,
      `--host=${host}`,
      "--bridge=none",
      "--iptables=false",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  await listening(child);
  const engine = await connect({ host });
  return {
    engine,
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "close");
    },
    clean: async () => {
      engine.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listening(child: ChildProcess): Promise<void> {
  let log = "";
  for await (const chunk of child.stderr ?? []) {
    log += String(chunk);
    if (log.includes("API listen on")) {
      // What it says from here on is nobody's concern, but must flow.
      child.stderr?.on("data", () => undefined);
      return;
    }
  }
  throw new Error(`dockerd did not start:\n${log.slice(-2000)}`);
}
