import { text } from "node:stream/consumers";
import { exitCodes } from "./exit-code.ts";
import { main } from "./main.ts";

/**
 * Runs the command line of this process. The first Ctrl-C (or SIGTERM, or SIGHUP) cancels and lets the command clean up;
 * a second one ends the process at once.
 */
export async function runProcess(): Promise<void> {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
  // A reader that goes away (`slipway … | head`) is no error.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      controller.abort();
    });
  }
  process.exitCode = await main(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    readInput: () => text(process.stdin),
    env: process.env,
    cwd: process.cwd(),
    signal: controller.signal,
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, interrupt);
}
