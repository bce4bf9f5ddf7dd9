import type { Project } from "@slipway/compose";
import { type Dockerode, type Engine, engineError, toEngine } from "@slipway/transport";
import { Channel } from "./channel.ts";
import { containerLogs } from "./container-logs.ts";
import { type CurrentContainer, readCurrentState } from "./current-state.ts";
import { statusOf } from "./engine-failure.ts";
import { openProjectEvents } from "./project-events.ts";
import { Wakeup } from "./wakeup.ts";

/** One line that a service's container wrote. */
export interface LogLine {
  readonly service: string;
  /** The container's name. */
  readonly container: string;
  readonly stream: "stdout" | "stderr";
  readonly line: string;
  /** When the engine received it, RFC 3339 with nanoseconds. */
  readonly time: string;
}

/** What {@link logs} takes besides the project. */
export interface LogsOptions {
  readonly engine: Engine | Dockerode;
  /** Only of these services; of all without. */
  readonly services?: readonly string[] | undefined;
  /** Whether to go on with what is written from now on, also by containers started later, until all are removed. */
  readonly follow?: boolean | undefined;
  /** How many lines of each container from the end; all without. */
  readonly tail?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The lines that a project's containers wrote: each container's in their order, those of different containers as they
 * arrive. Breaking off the iteration closes the streams.
 */
export async function* logs(project: Project | string, options: LogsOptions): AsyncGenerator<LogLine> {
  const { signal } = options;
  signal?.throwIfAborted();
  const name = typeof project === "string" ? project : project.name;
  const stop = new AbortController();
  const abort = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const lines = new Channel<LogLine>(256);
  const collector = new Collector(toEngine(options.engine), name, options, abort, lines);
  const collecting = (options.follow ? collector.follow() : collector.readAll()).then(
    () => lines.end(),
    (error: unknown) => lines.end({ error: signal?.aborted ? signal.reason : error }),
  );
  const ended = (): void => lines.end({ error: signal?.reason });
  signal?.addEventListener("abort", ended, { once: true });
  try {
    yield* lines.read();
  } finally {
    signal?.removeEventListener("abort", ended);
    lines.end();
    stop.abort();
    await collecting;
  }
}

/** Reads the logs of all containers at once and sends their lines. */
class Collector {
  readonly #engine: Engine;
  readonly #project: string;
  readonly #options: LogsOptions;
  readonly #signal: AbortSignal;
  readonly #lines: Channel<LogLine>;
  readonly #wakeup = new Wakeup();
  /** The containers being read, by id. */
  readonly #reading = new Map<string, Promise<void>>();
  /** From when on a container that was read to its end is read again if it is started again. */
  readonly #since = new Map<string, string>();

  constructor(engine: Engine, project: string, options: LogsOptions, signal: AbortSignal, lines: Channel<LogLine>) {
    this.#engine = engine;
    this.#project = project;
    this.#options = options;
    this.#signal = signal;
    this.#lines = lines;
  }

  /** Reads what was written until now. */
  async readAll(): Promise<void> {
    for (const container of await this.#containers()) this.#read(container);
    while (this.#reading.size > 0) await this.#wakeup.wait(this.#signal);
  }

  /** Reads on, until the project has no containers any more. */
  async follow(): Promise<void> {
    const events = await openProjectEvents(this.#engine, this.#project, this.#signal);
    events.subscribe({
      onEvent: ({ action }) => {
        if (action === "start" || action === "destroy") this.#wakeup.call();
      },
      onLost: this.#wakeup.fail,
    });
    try {
      let containers = await this.#containers();
      for (const container of containers) this.#read(container);
      while (containers.length > 0 || this.#reading.size > 0) {
        await this.#wakeup.wait(this.#signal);
        containers = await this.#containers();
        for (const container of containers) {
          if (isUp(container) && !this.#reading.has(container.id)) this.#read(container);
        }
      }
    } finally {
      events.close();
    }
  }

  async #containers(): Promise<CurrentContainer[]> {
    const { containers } = await readCurrentState(this.#engine, this.#project, this.#signal);
    const { services } = this.#options;
    return containers
      .filter(({ service }) => !services || services.includes(service))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  #read(container: CurrentContainer): void {
    const reading = this.#readToEnd(container)
      .catch(this.#wakeup.fail)
      .finally(() => {
        this.#reading.delete(container.id);
        this.#wakeup.call();
      });
    this.#reading.set(container.id, reading);
  }

  async #readToEnd({ id, name, service }: CurrentContainer): Promise<void> {
    const since = this.#since.get(id);
    try {
      const { Config } = await this.#engine.docker.getContainer(id).inspect();
      const output = containerLogs(this.#engine, id, Config.Tty, {
        follow: this.#options.follow,
        tail: since === undefined ? this.#options.tail : undefined,
        since,
        signal: this.#signal,
      });
      for await (const { stream, line, time } of output) {
        const next = justAfter(time);
        if (next !== undefined) this.#since.set(id, next);
        await this.#lines.send({ service, container: name, stream, line, time });
      }
    } catch (error) {
      this.#signal.throwIfAborted();
      // Removed in the meantime, or being removed: its log has ended too.
      const status = statusOf(error);
      if (status !== 404 && status !== 409) throw engineError(error, `reading the log of container ${name}`);
    }
  }
}

function isUp({ state }: CurrentContainer): boolean {
  return state === "running" || state === "restarting";
}

/** The instant a nanosecond after `time` as the engine's `since` wants it: seconds and a fraction. */
function justAfter(time: string): string | undefined {
  const match = /^(.*)\.(\d{1,9})Z$/.exec(time);
  if (!match) return undefined;
  const seconds = Math.floor(Date.parse(`${match[1]}Z`) / 1000);
  const nanoseconds = Number((match[2] ?? "").padEnd(9, "0")) + 1;
  return nanoseconds < 1e9 ? `${seconds}.${String(nanoseconds).padStart(9, "0")}` : `${seconds + 1}.000000000`;
}
