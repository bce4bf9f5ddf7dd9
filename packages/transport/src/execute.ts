import type Dockerode from "dockerode";
import { CommandRun } from "./command-run.ts";
import type { OutputStream } from "./demultiplexer.ts";
import type { Engine } from "./engine.ts";
import { engineError } from "./engine-error.ts";
import type { ExecOptions } from "./start-exec.ts";
import { toEngine } from "./to-engine.ts";

/** What to run, and what to do with its output. */
export interface ExecuteOptions extends ExecOptions {
  /** Ends the command's whole process group: first TERM, then KILL. */
  readonly signal?: AbortSignal | undefined;
  readonly onOutput?: ((chunk: { readonly data: Buffer; readonly stream: OutputStream }) => void) | undefined;
}

/**
 * Runs a command in a running container and waits for its end. Its stdin is empty. What it leaves running in its process
 * group ends with it, and all of it when the connection is lost.
 *
 * In an image without `sh` the command runs as it is, and a helper container that shares the container's processes sees
 * to its end, if the engine has an image with a shell to make it of: that takes the start of a container more. Where
 * there is none, an abort or a lost connection leaves the command running.
 * @throws the signal's reason after an abort, once the command has ended; TransportError otherwise
 */
export async function execute(
  handle: Engine | Dockerode,
  containerId: string,
  options: ExecuteOptions,
): Promise<{ exitCode: number }> {
  const engine = toEngine(handle);
  options.signal?.throwIfAborted();
  try {
    let exitCode = await new CommandRun(engine, containerId, options, true).result();
    if (exitCode === "no shell") {
      options.signal?.throwIfAborted();
      exitCode = await new CommandRun(engine, containerId, options, false).result();
    }
    return { exitCode: exitCode as number };
  } catch (error) {
    options.signal?.throwIfAborted();
    throw engineError(error, `running \`${options.cmd.join(" ")}\` in container ${containerId}`);
  }
}
