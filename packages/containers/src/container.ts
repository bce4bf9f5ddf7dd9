import type { Readable } from "node:stream";
import type { Backend } from "./backend/backend.ts";
import type { OperationOptions } from "./backend/operation-options.ts";
import type { ContainerSpec } from "./backend/container-spec.ts";
import type { ContainerState } from "./backend/container-state.ts";
import { ContainersError, type ContainersErrorCode } from "./containers-error.ts";
import { ExitCodeError } from "./exit-code-error.ts";
import { LastLines } from "./logs/last-lines.ts";
import { LogBuffer } from "./logs/log-buffer.ts";
import type { LogChunk } from "./logs/log-chunk.ts";
import { waitUntilReady } from "./wait/wait-until-ready.ts";
import type { WaitStrategy } from "./wait/wait-strategy.ts";

/** What a container does by itself, unless a call says otherwise. */
export interface ContainerDefaults {
  readonly waitFor: WaitStrategy | undefined;
  readonly readyWithinMs: number;
  readonly stopWithinMs: number;
  /** Left as it is at the end. */
  readonly left: boolean;
}

/** How a container is run to its end. */
export interface RunOptions extends OperationOptions {
  /** What it writes, as it comes. It is given no more before a promise of this is fulfilled. */
  readonly onOutput?: ((chunk: LogChunk) => void | Promise<void>) | undefined;
  /** Whether its logs are kept to be read at the end. Default: yes. */
  readonly keepLogs?: boolean | undefined;
  /** Whether it is removed at the end. Default: yes. */
  readonly remove?: boolean | undefined;
}

/** A command in a container. */
export interface ExecOptions extends OperationOptions {
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly workDir?: string | undefined;
  readonly user?: string | undefined;
  /** What it writes, as it comes. */
  readonly onOutput?: ((chunk: LogChunk) => void) | undefined;
}

/** What a command in a container gave. */
export interface ExecResult {
  readonly exitCode: number;
  readonly logs: LogBuffer;
}

/** A container that was made of an image. */
export class Container implements AsyncDisposable {
  readonly id: string;
  /** What it was made of. */
  readonly spec: ContainerSpec;
  readonly #backend: Backend;
  readonly #defaults: ContainerDefaults;

  constructor(backend: Backend, id: string, spec: ContainerSpec, defaults: ContainerDefaults) {
    this.#backend = backend;
    this.id = id;
    this.spec = spec;
    this.#defaults = defaults;
  }

  /** Where its published ports are reached. */
  get host(): string {
    const { host, type } = this.#backend;
    if (host !== undefined) return host;
    throw new ContainersError("CONTAINERS_NOT_SUPPORTED", `${type} publishes no ports`, {
      hint: 'give the container `networkMode: "host"`, and reach it at 127.0.0.1',
    });
  }

  /**
   * Starts it, waits for its end, and removes it. Its logs are kept, for as long as they aren't closed.
   * @throws ExitCodeError CONTAINERS_EXIT_CODE for any code but 0, with the logs; the signal's reason after an abort, once
   * the container is removed
   */
  async run(options: RunOptions = {}): Promise<LogBuffer> {
    const { signal, onOutput, keepLogs = true, remove = true } = options;
    const logs = new LogBuffer();
    const tail = new LastLines();
    // Ends the reading of what was attached to, however this ends.
    const left = new AbortController();
    const until = AbortSignal.any([left.signal, ...(signal ? [signal] : [])]);
    try {
      signal?.throwIfAborted();
      // A part of the start: podman looks for the command here already.
      const output = await this.#do("CONTAINERS_CONTAINER_START", "attaching to", options, () =>
        this.#backend.attach(this.id, { signal: until }),
      );
      await this.#do("CONTAINERS_CONTAINER_START", "starting", options, () =>
        this.#backend.startContainer(this.id, { signal }),
      );
      for await (const chunk of this.#guarded(output, "CONTAINERS_CONTAINER_LOGS", "reading the output of", signal)) {
        if (keepLogs) await logs.append(chunk);
        tail.add(chunk);
        await onOutput?.(chunk);
      }
      const exitCode = await this.wait({ signal });
      logs.end();
      if (exitCode !== 0) throw new ExitCodeError(this.#what, exitCode, logs, tail.get());
      return logs;
    } catch (error) {
      if (signal?.aborted) await this.#backend.killContainer(this.id, { killSignal: "SIGKILL" }).catch(() => undefined);
      signal?.throwIfAborted();
      throw error;
    } finally {
      left.abort();
      logs.end();
      if (remove) await this.remove();
    }
  }

  /**
   * Starts it, and waits until it is ready, if it was told when that is.
   * @throws ContainersError CONTAINERS_CONTAINER_NOT_READY with its last logs; then it is stopped
   */
  async start(options: OperationOptions = {}): Promise<this> {
    const { signal } = options;
    await this.#do("CONTAINERS_CONTAINER_START", "starting", options, () =>
      this.#backend.startContainer(this.id, { signal }),
    );
    const { waitFor, readyWithinMs } = this.#defaults;
    if (waitFor) {
      try {
        await waitUntilReady(this, waitFor, { withinMs: readyWithinMs, signal });
      } catch (error) {
        await this.kill().catch(() => undefined);
        throw error;
      }
    }
    return this;
  }

  /** Waits for something else; as `start()` does for `waitFor`. */
  async ready(waitFor: WaitStrategy, options: OperationOptions & { readonly withinMs?: number } = {}): Promise<void> {
    const { withinMs = this.#defaults.readyWithinMs, signal } = options;
    await waitUntilReady(this, waitFor, { withinMs, signal });
  }

  /** Asks it to end, and kills it where it doesn't in time. Its logs can still be read. */
  async stop(options: OperationOptions & { readonly withinMs?: number } = {}): Promise<void> {
    const { withinMs = this.#defaults.stopWithinMs, signal } = options;
    await this.#do("CONTAINERS_CONTAINER_STOP", "stopping", options, () =>
      this.#backend.stopContainer(this.id, { graceMs: withinMs, signal }),
    );
  }

  /** Sends it a signal: SIGKILL unless another is given. */
  async kill(killSignal = "SIGKILL", options: OperationOptions = {}): Promise<void> {
    await this.#do("CONTAINERS_CONTAINER_STOP", "killing", options, () =>
      this.#backend.killContainer(this.id, { killSignal, ...options }),
    );
  }

  /** Its exit code, once it has ended. */
  async wait(options: OperationOptions = {}): Promise<number> {
    return await this.#do("CONTAINERS_CONTAINER_WAIT", "waiting for", options, () =>
      this.#backend.waitContainer(this.id, options),
    );
  }

  /** @throws ContainersError CONTAINERS_CONTAINER_INSPECT, also once it is removed */
  async inspect(options: OperationOptions = {}): Promise<ContainerState> {
    const code = "CONTAINERS_CONTAINER_INSPECT";
    const state = await this.#do(code, "inspecting", options, () => this.#backend.inspectContainer(this.id, options));
    if (!state) throw new ContainersError(code, `inspecting ${this.#what}: it is not there any more`);
    return state;
  }

  /** The port of the engine's machine that leads to a port of the container. */
  async port(container: number, protocol: "tcp" | "udp" = "tcp", options: OperationOptions = {}): Promise<number> {
    const { ports, status } = await this.inspect(options);
    const found = ports.find((port) => port.container === container && port.protocol === protocol);
    if (found) return found.host;
    throw new ContainersError(
      "CONTAINERS_CONTAINER_INSPECT",
      `${this.#what} publishes no port ${container}/${protocol}`,
      {
        hint: status === "running" ? `name it in \`ports\`` : `it is ${status}, and ports are published while it runs`,
      },
    );
  }

  /** What it wrote so far, or with `follow` until it ends, as it comes. */
  logs(options: OperationOptions & { readonly follow?: boolean } = {}): AsyncIterable<LogChunk> {
    const { follow = false, signal } = options;
    const chunks = this.#backend.readLogs(this.id, { follow, signal });
    return this.#guarded(chunks, "CONTAINERS_CONTAINER_LOGS", "reading the logs of", signal);
  }

  /** Its logs, combined and separated, to be read in any order; what it writes later comes too, to its end. */
  followLogs(options: OperationOptions = {}): LogBuffer {
    const logs = new LogBuffer();
    void this.#fill(logs, options.signal);
    return logs;
  }

  /** Runs a command in it. An exit code other than 0 is a result, not an error. */
  async exec(command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const { onOutput, ...rest } = options;
    const logs = new LogBuffer();
    try {
      const exitCode = await this.#do("CONTAINERS_CONTAINER_EXEC", `running \`${command.join(" ")}\` in`, options, () =>
        this.#backend.execute(this.id, {
          ...rest,
          command,
          onOutput: (chunk) => {
            void logs.append(chunk);
            onOutput?.(chunk);
          },
        }),
      );
      await logs.finish();
      return { exitCode, logs };
    } catch (error) {
      await logs.close();
      options.signal?.throwIfAborted();
      throw error;
    }
  }

  /** Unpacks a tar stream below a folder of the container, also of one that doesn't run. */
  async putArchive(tar: Readable, path: string, options: OperationOptions = {}): Promise<void> {
    await this.#do("CONTAINERS_CONTAINER_COPY", `copying to ${path} in`, options, () =>
      this.#backend.putArchive(this.id, tar, { path, ...options }),
    );
  }

  /** A file or folder as a tar stream, whose names start with the last part of `path`. */
  async getArchive(path: string, options: OperationOptions = {}): Promise<Readable> {
    return await this.#do("CONTAINERS_CONTAINER_COPY", `copying ${path} from`, options, () =>
      this.#backend.getArchive(this.id, path, options),
    );
  }

  /** Removes it, also while it runs. That it is gone already is no error. */
  async remove(options: OperationOptions = {}): Promise<void> {
    await this.#do("CONTAINERS_CONTAINER_REMOVE", "removing", options, () =>
      this.#backend.removeContainer(this.id, options),
    );
  }

  /** Removes it, unless it was made to be left or used again. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#defaults.left) await this.remove();
  }

  get #what(): string {
    const command = [...(this.spec.entrypoint ?? []), ...(this.spec.command ?? [])].join(" ");
    return `a container of ${this.spec.image}${command ? ` (${command})` : ""}`;
  }

  async #fill(logs: LogBuffer, signal: AbortSignal | undefined): Promise<void> {
    try {
      for await (const chunk of this.logs({ follow: true, ...(signal ? { signal } : {}) })) await logs.append(chunk);
      logs.end();
    } catch (error) {
      logs.end(error);
    }
  }

  async *#guarded<T>(
    source: AsyncIterable<T>,
    code: ContainersErrorCode,
    doing: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<T> {
    try {
      yield* source;
    } catch (error) {
      signal?.throwIfAborted();
      throw ContainersError.from(error, code, `${doing} ${this.#what}`);
    }
  }

  async #do<T>(
    code: ContainersErrorCode,
    doing: string,
    { signal }: OperationOptions,
    work: () => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      throw ContainersError.from(error, code, `${doing} ${this.#what}`);
    }
  }
}
