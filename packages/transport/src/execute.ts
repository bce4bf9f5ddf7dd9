import type Dockerode from "dockerode";
import { Demultiplexer, type OutputStream } from "./demultiplexer.ts";
import type { Engine } from "./engine.ts";
import { engineError } from "./engine-error.ts";
import { type ExecOptions, startExec } from "./start-exec.ts";
import { toEngine } from "./to-engine.ts";
import { TransportError } from "./transport-error.ts";

/** What to run, and what to do with its output. */
export interface ExecuteOptions extends ExecOptions {
  /** Ends the command's whole process group: first TERM, then KILL. */
  readonly signal?: AbortSignal | undefined;
  readonly onOutput?: ((chunk: { readonly data: Buffer; readonly stream: OutputStream }) => void) | undefined;
}

/** How long a command that was told to end may take before it is killed, in milliseconds. */
const graceMs = 2_000;

/**
 * Prints the group's number, then runs the command. What is left of the group is ended with it, and all of it when stdin
 * closes, which is what a lost connection does.
 */
const wrapper = [
  "exec 3<&0; echo $$",
  "(cat <&3 >/dev/null; kill -TERM -$$) 2>/dev/null >/dev/null &",
  '"$@" </dev/null 3<&-; r=$?',
  'trap "" TERM; kill -TERM 0 2>/dev/null; exit $r',
].join("\n");

/**
 * Runs a command in a running container and waits for its end. Its stdin is empty.
 *
 * In an image without `sh` the command runs as it is; an abort then returns at once, but can't end the process.
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
    const wrapped = await runOnce(engine, containerId, options, true);
    return wrapped ?? ((await runOnce(engine, containerId, options, false)) as { exitCode: number });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw engineError(error, `running \`${options.cmd.join(" ")}\` in container ${containerId}`);
  }
}

/** Undefined if it was wrapped and the container has no shell. */
async function runOnce(
  engine: Engine,
  containerId: string,
  options: ExecuteOptions,
  wrap: boolean,
): Promise<{ exitCode: number } | undefined> {
  const { signal, onOutput } = options;
  const cmd = wrap ? ["sh", "-c", wrapper, "sh", ...options.cmd] : options.cmd;
  const { exec, stream } = await startExec(engine, containerId, { ...options, cmd });
  let group = wrap ? "" : undefined;
  let held = Buffer.alloc(0);
  const demultiplexer = new Demultiplexer((data, name) => {
    if (!wrap || name === "stderr" || group) return onOutput?.({ data, stream: name });
    held = Buffer.concat([held, data]);
    const newline = held.indexOf(10);
    if (newline < 0) return;
    group = held.subarray(0, newline).toString().trim();
    if (newline + 1 < held.length) onOutput?.({ data: held.subarray(newline + 1), stream: name });
  });
  let killing: Promise<void> | undefined;
  const abort = (): void => {
    killing = group ? endGroup(engine, containerId, group, stream) : Promise.resolve(void stream.destroy());
  };
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  try {
    await new Promise<void>((resolve, reject) => {
      stream.on("data", (chunk: Buffer) => demultiplexer.write(chunk));
      stream.once("end", resolve).once("close", resolve).once("error", reject);
    });
    await killing;
    signal?.throwIfAborted();
    const { ExitCode, Running } = await exec.inspect();
    if (Running || ExitCode === null) {
      throw new TransportError("TRANSPORT_CONNECTION_LOST", "the connection ended before the command did");
    }
    if (wrap && !group && (ExitCode === 126 || ExitCode === 127)) return undefined;
    return { exitCode: ExitCode };
  } finally {
    signal?.removeEventListener("abort", abort);
    stream.destroy();
  }
}

async function endGroup(
  engine: Engine,
  containerId: string,
  group: string,
  stream: NodeJS.ReadableStream,
): Promise<void> {
  const kill = async (name: string): Promise<void> => {
    // As root, since the command may be another user's.
    const { exec, stream: output } = await startExec(engine, containerId, {
      cmd: ["kill", `-${name}`, `-${group}`],
      user: "0",
    });
    output.resume();
    await new Promise((resolve) => output.once("close", resolve).once("end", resolve));
    await exec.inspect();
  };
  const gone = new Promise<boolean>((resolve) =>
    stream.once("close", () => resolve(true)).once("end", () => resolve(true)),
  );
  await kill("TERM").catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), graceMs)));
  const ended = await Promise.race([gone, late]);
  clearTimeout(timer);
  if (!ended) await kill("KILL").catch(() => undefined);
}
