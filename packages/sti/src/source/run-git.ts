import { spawn } from "node:child_process";
import { LastLines } from "../last-lines.ts";
import { gitFailure } from "./git-failure.ts";

/** Where git runs, and how. */
export interface GitOptions {
  readonly cwd?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

const graceMs = 2_000;

/**
 * Runs git. An abort ends it with whatever it started, and is waited for.
 * @param args a command and its arguments
 * @param settings configuration for this run, as `name=value`
 * @returns what it wrote to standard output
 * @throws StiError STI_GIT_FAILED; the signal's reason
 */
export async function runGit(
  args: readonly [command: string, ...rest: string[]],
  { cwd, environment, signal }: GitOptions,
  settings: readonly string[] = [],
): Promise<string> {
  signal?.throwIfAborted();
  const windows = process.platform === "win32";
  const child = spawn("git", [...settings.flatMap((setting) => ["-c", setting]), ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    // A session of its own: its helpers (ssh, remote-https) end with it, and find no terminal to ask at.
    detached: !windows,
    stdio: ["ignore", "pipe", "pipe"],
    env: environment,
  });
  const kill = (how: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      if (windows) child.kill();
      else process.kill(-child.pid, how);
    } catch {
      // It has ended by itself.
    }
  };
  let deadline: NodeJS.Timeout | undefined;
  const end = (): void => {
    kill("SIGTERM");
    deadline = setTimeout(() => kill("SIGKILL"), graceMs);
  };
  signal?.addEventListener("abort", end, { once: true });
  const said = new LastLines();
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (data: string) => (stdout += data));
  child.stderr.setEncoding("utf8").on("data", (data: string) => said.write(data));
  const ended = await new Promise<number | string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, killedBy) => resolve(code ?? `ended by ${killedBy}`));
  });
  clearTimeout(deadline);
  signal?.removeEventListener("abort", end);
  signal?.throwIfAborted();
  if (ended === 0) return stdout;
  throw gitFailure(args[0], ended, said.lines());
}
