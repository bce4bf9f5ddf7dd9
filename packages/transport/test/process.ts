import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** A program that a test started for itself. */
export interface Service {
  readonly output: () => string;
  /** Kills it, as a failing machine would, and waits for its end. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a program and waits until `ready` says so. */
export async function startService(program: string, args: string[], ready: () => Promise<boolean>): Promise<Service> {
  const PATH = `${process.env["PATH"]}:/usr/sbin:/sbin`;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, PATH } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output = (output + text).slice(-20_000)));
  }
  const service = { output: () => output, kill: (signal?: NodeJS.Signals) => kill(child, signal) };
  const deadline = performance.now() + 60_000;
  while (!(await ready())) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await service.kill();
      throw new Error(`${program} did not come up:\n${output}`);
    }
    await delay(50);
  }
  return service;
}

async function kill(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

/** Whether something listens there. */
export function listens(where: { port: number } | { path: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect("path" in where ? where : { host: "127.0.0.1", ...where });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
