import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import type Dockerode from "dockerode";
import { Demultiplexer, type OutputStream } from "./demultiplexer.ts";
import type { Engine } from "./engine.ts";
import { engineError } from "./engine-error.ts";
import { startExec } from "./start-exec.ts";
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
   * Runs a script of POSIX sh in a subshell. Its stdin is `stdin`, or empty. Scripts run one after the other.
   * @throws TransportError TRANSPORT_SHELL_CLOSED if the shell or the connection ends first
   */
  run(script: string, stdin?: Buffer): Promise<ShellResult>;
  /** Ends the shell. */
  close(): Promise<void>;
  readonly closed: boolean;
}

/** How to open a shell. */
export interface ShellOptions {
  readonly user?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/**
 * Opens a shell in a running container.
 * @throws TransportError TRANSPORT_NO_SHELL where the image has no `sh`
 */
export async function openShell(
  handle: Engine | Dockerode,
  containerId: string,
  options: ShellOptions = {},
): Promise<ContainerShell> {
  try {
    const { stream } = await startExec(toEngine(handle), containerId, { cmd: ["sh"], workdir: "/", ...options });
    const shell = new Shell(stream, containerId);
    await shell.run(":");
    return shell;
  } catch (error) {
    if (error instanceof TransportError && error.code === "TRANSPORT_SHELL_CLOSED") {
      throw new TransportError("TRANSPORT_NO_SHELL", `container ${containerId} has no shell (\`sh\`) that starts`, {
        cause: error,
      });
    }
    throw engineError(error, `opening a shell in container ${containerId}`);
  }
}

class Shell implements ContainerShell {
  readonly #stream: Duplex;
  readonly #containerId: string;
  readonly #nonce = randomBytes(12).toString("hex");
  #pending: Pending | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;
  #said = "";

  constructor(stream: Duplex, containerId: string) {
    this.#stream = stream;
    this.#containerId = containerId;
    const demultiplexer = new Demultiplexer((data, name) => {
      this.#said = (this.#said + data.toString("utf8")).slice(-500);
      this.#pending?.add(data, name);
    });
    stream.on("data", (chunk: Buffer) => demultiplexer.write(chunk));
    for (const event of ["end", "close", "error"]) stream.on(event, () => this.#end());
  }

  get closed(): boolean {
    return this.#closed;
  }

  run(script: string, stdin?: Buffer): Promise<ShellResult> {
    const result = this.#last.then(() => this.#run(script, stdin));
    this.#last = result.catch(() => undefined);
    return result;
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const closed = new Promise<void>((resolve) => this.#stream.once("close", () => resolve()));
    this.#stream.end("exit\n");
    this.#stream.destroy();
    return closed;
  }

  #run(script: string, stdin: Buffer | undefined): Promise<ShellResult> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#closedError());
      const marker = `\0${this.#nonce} `;
      this.#pending = new Pending(
        marker,
        (result) => {
          this.#pending = undefined;
          resolve(result);
        },
        reject,
      );
      // In a subshell, so that neither `exit`, nor `cd`, nor a syntax error reaches the next script. Nothing but the shell
      // itself reads the exec's stdin: shells read ahead, so a command could not find its own input there.
      const command = `(eval ${quote(script)})`;
      const printMarkers = `s=$?; printf '\\000${this.#nonce} %d\\n' $s; printf '\\000${this.#nonce} %d\\n' $s >&2\n`;
      if (stdin === undefined) {
        this.#stream.write(`${command} </dev/null; ${printMarkers}`);
      } else {
        const end = `end-${this.#nonce}`;
        const base64 = stdin.toString("base64").replaceAll(/.{76}/g, "$&\n");
        this.#stream.write(`base64 -d <<'${end}' | ${command}\n${base64}\n${end}\n${printMarkers}`);
      }
    });
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

/** The output of the script that runs, until its marker has come on both streams. */
class Pending {
  readonly #marker: Buffer;
  readonly #resolve: (result: ShellResult) => void;
  readonly fail: (error: Error) => void;
  readonly #chunks: Record<OutputStream, Buffer[]> = { stdout: [], stderr: [] };
  readonly #done: Partial<Record<OutputStream, { data: Buffer; exitCode: number }>> = {};

  constructor(marker: string, resolve: (result: ShellResult) => void, reject: (error: Error) => void) {
    this.#marker = Buffer.from(marker);
    this.#resolve = resolve;
    this.fail = reject;
  }

  add(data: Buffer, name: OutputStream): void {
    const chunks = this.#chunks[name];
    chunks.push(data);
    // The marker ends in a newline and is the last thing printed, so only such a chunk can complete it.
    if (data.at(-1) !== 10) return;
    const all = Buffer.concat(chunks);
    const at = all.lastIndexOf(this.#marker);
    if (at < 0) return;
    this.#done[name] = {
      data: all.subarray(0, at),
      exitCode: Number(all.subarray(at + this.#marker.length).toString()),
    };
    const { stdout, stderr } = this.#done;
    if (stdout && stderr) this.#resolve({ exitCode: stdout.exitCode, stdout: stdout.data, stderr: stderr.data });
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
