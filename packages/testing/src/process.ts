import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";

/** A program that a test started for itself. */
export interface Service {
  /** What it said that it waits for. */
  readonly said: RegExpExecArray;
  /** The last of what it wrote. */
  output(): string;
  stop(): Promise<void>;
  /** Ends it at once, as a failing machine would. */
  kill(): Promise<void>;
}

/** Starts a program, also one of those that Debian keeps off everybody's path, and waits until it says that it is ready. */
export async function startService(
  program: string,
  args: readonly string[],
  ready: RegExp,
  options: SpawnOptions = {},
): Promise<Service> {
  const { env = process.env } = options;
  const withSystem = { ...env, PATH: `${env["PATH"]}:/usr/sbin:/sbin` };
  const child = spawn(program, args, { ...options, env: withSystem, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const said = await new Promise<RegExpExecArray>((resolve, reject) => {
    const fail = (): void => reject(new Error(`${program} did not come up:\n${output}`));
    child.once("error", reject).once("exit", fail);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-20_000);
        const found = ready.exec(output);
        if (found) resolve(found);
      });
    }
  });
  return { said, output: () => output, stop: () => end(child, "SIGTERM"), kill: () => end(child, "SIGKILL") };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}
