import { spawn } from "node:child_process";
import { LastLines } from "../last-lines.ts";
import { StiError } from "../sti-error.ts";
import { withoutPassword } from "./git-url.ts";

/**
 * Runs git. An abort ends it with whatever it started, and is waited for.
 * @returns what it wrote to standard output
 * @throws StiError STI_GIT_FAILED; the signal's reason
 */
export async function runGit(
  args: readonly string[],
  { cwd, signal }: { readonly cwd?: string | undefined; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  signal?.throwIfAborted();
  const windows = process.platform === "win32";
  const child = spawn("git", args, {
    ...(cwd === undefined ? {} : { cwd }),
    // A group of its own, so that its helpers (ssh, remote-https) end with it.
    detached: !windows,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      // Nobody is there to be asked.
      GIT_TERMINAL_PROMPT: "0",
      GIT_SSH_COMMAND: process.env["GIT_SSH_COMMAND"] ?? "ssh -o BatchMode=yes",
      LC_ALL: "C",
    },
  });
  const end = (): void => {
    if (child.pid === undefined) return;
    try {
      if (windows) child.kill();
      else process.kill(-child.pid, "SIGTERM");
    } catch {
      // It has ended by itself.
    }
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
  signal?.removeEventListener("abort", end);
  signal?.throwIfAborted();
  if (ended === 0) return stdout;
  const output = said.lines().map((line) => line.replaceAll(/[a-z+]+:\/\/\S+/gi, withoutPassword));
  const why =
    typeof ended === "string" ? ended : (output.findLast((line) => /^(?:fatal|error):/.test(line)) ?? output.at(-1));
  throw new StiError(
    "STI_GIT_FAILED",
    `git ${args[0] === "-c" ? args[2] : args[0]} failed: ${why ?? `exit code ${ended}`}`,
    {
      output,
      hint: typeof ended === "string" ? "is git installed?" : "try the same with git itself",
      ...(typeof ended === "number" ? { exitCode: ended } : {}),
    },
  );
}
