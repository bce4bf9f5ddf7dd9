import { randomBytes } from "node:crypto";
import type { Duplex, Readable } from "node:stream";
import { timeLimit } from "@slipway/run";
import type Dockerode from "dockerode";
import { Demultiplexer, type OutputStream } from "./demultiplexer.ts";
import type { Engine } from "./engine.ts";
import { engineError } from "./engine-error.ts";
import { MarkerReader } from "./marker-reader.ts";
import { endGroup } from "./process-group.ts";
import { endOf, startExec } from "./start-exec.ts";
import { toEngine } from "./to-engine.ts";
import { TransportError } from "./transport-error.ts";

/** What one script did. */
export interface ShellResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** A shell that stays open in a container, so that a command costs a millisecond and not the start of an exec. */
export interface ContainerShell {
  /**
   * Runs a script of POSIX sh in a subshell. Its stdin is `stdin`, or empty. Scripts run one after the other. An abort
   * ends the script with all its processes, and the shell with it, unless the script hasn't begun.
   * @throws TransportError TRANSPORT_SHELL_CLOSED if the shell or the connection ends first; the signal's reason; the
   * error of `stdin`, with which the shell ends and before which the script doesn't begin
   */
  run(script: string, stdin?: Buffer | Readable, options?: ScriptOptions): Promise<ShellResult>;
  /** Ends the shell, and the script that runs with all its processes. */
  close(): Promise<void>;
  /** True also once the shell, its container or the connection has ended by itself. */
  readonly closed: boolean;
}

/** How to run a script. */
export interface ScriptOptions {
  readonly signal?: AbortSignal | undefined;
}

/** How to open a shell. */
export interface ShellOptions {
  readonly user?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** How long that may take, in milliseconds; 30 seconds without. */
  readonly openWithinMs?: number | undefined;
}

/**
 * Opens a shell in a running container. An open shell doesn't keep Node running, only a script that runs does; what runs
 * when Node ends or the connection is lost runs on to its own end.
 * @throws TransportError TRANSPORT_NO_SHELL where the image has no `sh`; TRANSPORT_NO_ANSWER where it takes too long, after
 *   which it may be tried again
 */
export async function openShell(
  handle: Engine | Dockerode,
  containerId: string,
  { openWithinMs = 30_000, ...options }: ShellOptions = {},
): Promise<ContainerShell> {
  const limit = timeLimit(openWithinMs);
  const opening = new AbortController();
  const giveUp = (): void => opening.abort(limit.reason);
  limit.addEventListener("abort", giveUp);
  let waitingFor = "the engine to make an exec";
  const onMade = (): void => void (waitingFor = "the engine to start it");
  try {
    const engine = toEngine(handle);
    const exec = { cmd: ["sh"], workdir: "/", ...options };
    const { stream } = await startExec(engine, containerId, exec, { signal: opening.signal, onMade });
    waitingFor = "the shell to answer";
    const shell = new Shell(engine, containerId, stream);
    await shell.open();
    return shell;
  } catch (error) {
    if (opening.signal.aborted) {
      const message = `container ${containerId} gave no shell within ${openWithinMs / 1000} s, waiting for ${waitingFor}`;
      const hint = "is the container paused, or the engine overloaded?";
      throw new TransportError("TRANSPORT_NO_ANSWER", message, { hint });
    }
    if (error instanceof TransportError && error.code === "TRANSPORT_SHELL_CLOSED") {
      throw new TransportError("TRANSPORT_NO_SHELL", `container ${containerId} has no shell (\`sh\`) that starts`, {
        cause: error,
      });
    }
    throw engineError(error, `opening a shell in container ${containerId}`);
  } finally {
    limit.removeEventListener("abort", giveUp);
  }
}

class Shell implements ContainerShell {
  readonly #engine: Engine;
  readonly #stream: Duplex & { ref?(): void; unref?(): void };
  readonly #containerId: string;
  readonly #nonce = randomBytes(12).toString("hex");
  readonly #ended: Promise<void>;
  #group: string | undefined;
  #pending: Pending | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;
  #closing: Promise<void> | undefined;
  #said = "";

  constructor(engine: Engine, containerId: string, stream: Duplex) {
    this.#engine = engine;
    this.#stream = stream;
    this.#containerId = containerId;
    const readers = { stdout: this.#reader("stdout"), stderr: this.#reader("stderr") };
    const demultiplexer = new Demultiplexer((data, name) => readers[name].write(data));
    stream.on("data", (chunk: Buffer) => demultiplexer.write(chunk));
    for (const event of ["end", "close", "error"]) stream.on(event, () => this.#end());
    this.#ended = endOf(stream).catch(() => undefined);
  }

  /** Waits until the shell answers. */
  async open(): Promise<void> {
    this.#group = (await this.run("echo $$")).stdout.toString().trim();
  }

  get closed(): boolean {
    return this.#closed;
  }

  run(script: string, stdin?: Buffer | Readable, options: ScriptOptions = {}): Promise<ShellResult> {
    // It may fail before its turn comes, when nothing else listens.
    if (stdin && !Buffer.isBuffer(stdin)) stdin.on("error", () => undefined);
    const result = this.#last.then(() => this.#runUntil(script, stdin, options.signal));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #runUntil(script: string, stdin: Buffer | Readable | undefined, signal?: AbortSignal): Promise<ShellResult> {
    const stop = (): void => void this.close();
    let failed: { readonly error: unknown } | undefined;
    try {
      signal?.throwIfAborted();
      signal?.addEventListener("abort", stop, { once: true });
      return await this.#run(script, stdin, (error) => {
        failed = { error };
        stop();
      });
    } catch (error) {
      await this.#closing;
      signal?.throwIfAborted();
      throw failed ? failed.error : error;
    } finally {
      signal?.removeEventListener("abort", stop);
      if (stdin && !Buffer.isBuffer(stdin)) stdin.destroy();
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#closed) return;
    // A shell reads no further while its script runs.
    if (this.#pending && this.#group) await endGroup(this.#engine, this.#containerId, this.#group, this.#ended);
    this.#end();
    this.#stream.end("exit\n");
    this.#stream.destroy();
    await this.#ended;
  }

  #reader(name: OutputStream): MarkerReader {
    return new MarkerReader(
      this.#marker,
      (data) => {
        if (this.#group === undefined) this.#said = (this.#said + data.toString("utf8")).slice(-500);
        this.#pending?.add(data, name);
      },
      (word) => {
        this.#pending?.end(Number(word), name);
        const left = this.#pending;
        if (left) setImmediate(() => this.#pending === left && this.#acknowledge());
      },
    );
  }

  /**
   * A peer that gathers small packets, as sshd does, holds the second stream's end back until the first one's has been
   * acknowledged, which takes 40 ms unless something is sent. An empty line is nothing to a shell.
   */
  #acknowledge(): void {
    if (!this.#closed) this.#stream.write("\n");
  }

  get #marker(): string {
    return `\x02${this.#nonce} `;
  }

  #run(
    script: string,
    stdin: Buffer | Readable | undefined,
    onInputError: (error: unknown) => void,
  ): Promise<ShellResult> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#closedError());
      this.#stream.ref?.();
      this.#pending = new Pending((result) => {
        this.#pending = undefined;
        this.#stream.unref?.();
        resolve(result);
      }, reject);
      // In a subshell, so that neither `exit`, nor `cd`, nor a syntax error reaches the next script. Nothing but the shell
      // itself reads the exec's stdin: shells read ahead, so a command could not find its own input there.
      const command = `(eval ${quote(script)})`;
      const printMarkers = `s=$?; printf '\\002${this.#nonce} %d\\n' $s; printf '\\002${this.#nonce} %d\\n' $s >&2\n`;
      if (stdin === undefined) {
        this.#stream.write(`${command} </dev/null; ${printMarkers}`);
      } else {
        const end = `end-${this.#nonce}`;
        // The shell takes a here-document in whole before it runs the command.
        this.#stream.write(`base64 -d <<'${end}' | ${command}\n`);
        const rest = `\n${end}\n${printMarkers}`;
        if (Buffer.isBuffer(stdin)) this.#stream.write(base64Lines(stdin) + rest);
        else this.#feed(stdin, rest).catch(onInputError);
      }
    });
  }

  /** Writes an input at its pace and the shell's. */
  async #feed(stdin: Readable, rest: string): Promise<void> {
    const write = (text: string): Promise<void> =>
      new Promise((resolve, reject) => this.#stream.write(text, (error) => (error ? reject(error) : resolve())));
    let held: Buffer = Buffer.alloc(0);
    for await (const chunk of stdin as AsyncIterable<Buffer | string>) {
      held = Buffer.concat([held, Buffer.from(chunk as Buffer)]);
      const whole = held.length - (held.length % lineBytes);
      if (whole > 0) await write(`${base64Lines(held.subarray(0, whole))}\n`);
      held = held.subarray(whole);
    }
    await write(base64Lines(held) + rest);
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pending?.fail(this.#closedError());
    this.#pending = undefined;
  }

  #closedError(): TransportError {
    const said = this.#said.trim();
    return new TransportError(
      "TRANSPORT_SHELL_CLOSED",
      `the shell in container ${this.#containerId} has ended${said ? `; its last words: ${said}` : ""}`,
    );
  }
}

/** The output of the script that runs, until its end has been told on both streams. */
class Pending {
  readonly #resolve: (result: ShellResult) => void;
  readonly fail: (error: Error) => void;
  readonly #chunks: Record<OutputStream, Buffer[]> = { stdout: [], stderr: [] };
  readonly #ended = new Set<OutputStream>();

  constructor(resolve: (result: ShellResult) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.fail = reject;
  }

  add(data: Buffer, name: OutputStream): void {
    this.#chunks[name].push(data);
  }

  end(exitCode: number, name: OutputStream): void {
    this.#ended.add(name);
    if (this.#ended.size < 2) return;
    const { stdout, stderr } = this.#chunks;
    this.#resolve({ exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) });
  }
}

/** Bytes of a line of base64, 76 characters. */
const lineBytes = 57;

function base64Lines(data: Buffer): string {
  return data.toString("base64").replaceAll(/.{76}(?!$)/g, "$&\n");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
