import { exitCodes } from "./exit-code.ts";
import { main } from "./main.ts";
import { processOutput } from "./process-output.ts";

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
    stdout: processOutput(process.stdout, process.env),
    stderr: processOutput(process.stderr, process.env),
    // Only looked at where it is read: that alone would keep the process waiting.
    get stdin() {
      return process.stdin;
    },
    atExit: (action) => {
      process.once("exit", action);
      return () => process.off("exit", action);
    },
    env: process.env,
    cwd: process.cwd(),
    signal: controller.signal,
  });
  // Of a cancelled run a late second signal is still that, and no death by signal: at an end of its own, Node takes the
  // handlers away before the process is gone.
  if (controller.signal.aborted) {
    process.once("beforeExit", () => process.exit());
    return;
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, interrupt);
}
