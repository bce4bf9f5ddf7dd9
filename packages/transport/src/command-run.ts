import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { Demultiplexer, type OutputStream } from "./demultiplexer.ts";
import type { Engine } from "./engine.ts";
import { wrapCommand } from "./exec-wrapper.ts";
import type { ExecuteOptions } from "./execute.ts";
import { MarkerReader } from "./marker-reader.ts";
import { endGroup, graceMs } from "./process-group.ts";
import { endOf, type ExecOptions, type ExecState, isMissingShell, startExec } from "./start-exec.ts";
import { TransportError } from "./transport-error.ts";
import { openWatchdog, type Watchdog } from "./watchdog.ts";

/** One run of a command by an exec, in our wrapper or, where the image has no shell, as it is. */
export class CommandRun {
  readonly #engine: Engine;
  readonly #containerId: string;
  readonly #options: ExecuteOptions;
  readonly #wrapped: boolean;
  readonly #id = randomBytes(12).toString("hex");
  #stream!: Duplex;
  #ended!: Promise<void>;
  #group: string | undefined;
  #exitCode: number | undefined;
  #stopping: Promise<void> | undefined;
  /** Sees to the end of a command that runs as it is. */
  #watchdog: Watchdog | undefined;
  /** What came on stderr before the wrapper spoke, if it ever does: podman says there why it can't start an exec. */
  #early: Buffer[] = [];

  constructor(engine: Engine, containerId: string, options: ExecuteOptions, wrapped: boolean) {
    this.#engine = engine;
    this.#containerId = containerId;
    this.#options = options;
    this.#wrapped = wrapped;
  }

  /** The exit code. */
  async result(): Promise<number | "no shell"> {
    const { signal, cmd, env } = this.#options;
    const program = this.#wrapped
      ? { ...this.#options, cmd: wrapCommand(cmd, this.#marker) }
      : { ...this.#options, env: { ...env, [this.#markName]: this.#id } };
    let exec;
    try {
      if (!this.#wrapped) this.#watchdog = await openWatchdog(this.#engine, this.#containerId, this.#mark);
      signal?.throwIfAborted();
      const started = await this.#start(program);
      exec = started;
      this.#stream = started.stream;
    } catch (error) {
      await this.#watchdog?.end();
      if (this.#wrapped && !signal?.aborted && isMissingShell((error as Error).message)) return "no shell";
      throw error;
    }
    this.#ended = endOf(this.#stream);
    this.#read();
    const stop = (): void => this.#stop();
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
    try {
      await this.#ended.catch((error: unknown) => {
        // A connection that breaks after the command has told its end takes nothing with it.
        if (this.#exitCode === undefined) throw error;
      });
      await this.#stopping;
      signal?.throwIfAborted();
      if (this.#exitCode !== undefined) return this.#exitCode;
      return await this.#outcome(exec);
    } finally {
      await this.#stopping;
      // Also what the command has left running.
      await this.#watchdog?.end();
      signal?.removeEventListener("abort", stop);
      this.#stream.destroy();
    }
  }

  /** An abort lets it start and ends it then, unless the engine is silent: our wrapper ends with the connection. */
  async #start(program: ExecOptions): ReturnType<typeof startExec> {
    const { signal } = this.#options;
    const opening = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const giveUp = (): void => void (timer = setTimeout(() => opening.abort(signal?.reason), graceMs));
    signal?.addEventListener("abort", giveUp, { once: true });
    try {
      return await startExec(this.#engine, this.#containerId, program, { signal: opening.signal });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
    }
  }

  get #marker(): string {
    return `\x02${this.#id} `;
  }

  get #markName(): string {
    return "SLIPWAY_EXEC";
  }

  get #mark(): string {
    return `${this.#markName}=${this.#id}`;
  }

  #read(): void {
    const { onOutput } = this.#options;
    const hand = (data: Buffer, stream: OutputStream): void => onOutput?.({ data, stream });
    const isEarly = (): boolean => this.#wrapped && this.#group === undefined;
    const reader = new MarkerReader(
      this.#marker,
      (data) => {
        if (!isEarly()) hand(data, "stdout");
      },
      (word) => {
        if (word.startsWith("p ")) {
          this.#group = word.slice(2);
          for (const data of this.#early.splice(0)) hand(data, "stderr");
        } else this.#exitCode = Number(word.slice(2));
        if (this.#group !== undefined && this.#options.signal?.aborted) this.#stop();
      },
    );
    const demultiplexer = new Demultiplexer((data, name) => {
      if (name === "stdout") reader.write(data);
      else if (isEarly()) this.#early.push(Buffer.from(data));
      else hand(data, name);
    });
    this.#stream.on("data", (chunk: Buffer) => demultiplexer.write(chunk));
    this.#stream.on("end", () => reader.end());
    // The wrapper takes the closing of its input for a lost connection; a command as it is must not wait for input.
    if (!this.#wrapped) this.#stream.end();
  }

  #stop(): void {
    if (this.#stopping) return;
    if (!this.#wrapped) {
      const ending = this.#watchdog?.end() ?? Promise.resolve();
      this.#stopping = ending.then(() => void this.#stream.destroy());
    } else if (this.#group !== undefined) {
      this.#stopping = endGroup(this.#engine, this.#containerId, this.#group, this.#ended).then(
        () => void this.#stream.destroy(),
      );
    } else {
      // It is about to tell its group, whereupon this is called again; if it never does, it hasn't started.
      const timer = setTimeout(() => this.#group ?? this.#stream.destroy(), graceMs);
      void this.#ended.catch(() => undefined).then(() => clearTimeout(timer));
    }
  }

  /** The end of a command that did not tell its exit code itself. */
  async #outcome(exec: { inspect(): Promise<ExecState> }): Promise<number | "no shell"> {
    const { ExitCode, Running } = await settled(exec);
    const neverStarted = !Running && (ExitCode === 126 || ExitCode === 127);
    if (neverStarted && this.#wrapped && this.#group === undefined) return "no shell";
    // A wrapper that did not tell the exit code was killed, or its words were lost with the connection.
    if (Running || ExitCode === null || (this.#wrapped && ExitCode !== 137)) {
      throw new TransportError("TRANSPORT_CONNECTION_LOST", "the connection ended before the command did");
    }
    return ExitCode;
  }
}

/** The engine closes an exec's streams a little before it knows its exit code. */
async function settled(exec: { inspect(): Promise<ExecState> }): Promise<ExecState> {
  for (let waitMs = 1; ; waitMs *= 2) {
    const state = await exec.inspect();
    if (!state.Running || waitMs > 500) return state;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}
