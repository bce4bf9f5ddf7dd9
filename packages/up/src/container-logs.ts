import { Demultiplexer, type Engine } from "@slipway/transport";

/** One line that a container wrote. */
export interface OutputLine {
  readonly stream: "stdout" | "stderr";
  /** Without the line's end. */
  readonly line: string;
  /** When the engine received it, RFC 3339 with nanoseconds. */
  readonly time: string;
}

/** What {@link containerLogs} takes. */
export interface ContainerLogsOptions {
  readonly follow?: boolean | undefined;
  /** How many lines from the end; all without. */
  readonly tail?: number | undefined;
  /** Seconds since the epoch, with a fraction, as text. */
  readonly since?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The lines that a container wrote, in the order in which the engine has them. */
export async function* containerLogs(
  engine: Engine,
  id: string,
  tty: boolean,
  options: ContainerLogsOptions = {},
): AsyncGenerator<OutputLine> {
  const query = {
    stdout: true,
    stderr: true,
    timestamps: true,
    ...(options.tail === undefined ? {} : { tail: options.tail }),
    ...(options.since === undefined ? {} : { since: options.since as unknown as number }),
    ...(options.signal ? { abortSignal: options.signal } : {}),
  };
  const container = engine.docker.getContainer(id);
  const source: AsyncIterable<Buffer> | readonly Buffer[] = options.follow
    ? ((await container.logs({ ...query, follow: true })) as unknown as AsyncIterable<Buffer>)
    : [await container.logs({ ...query, follow: false })];
  const frames = tty ? untagged(source) : demultiplex(source);
  const partial = { stdout: "", stderr: "" };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  for await (const { stream, data } of frames) {
    const lines = (partial[stream] + decoders[stream].decode(data, { stream: true })).split("\n");
    partial[stream] = lines.pop() ?? "";
    for (const line of lines) yield outputLine(stream, line);
  }
  for (const stream of ["stdout", "stderr"] as const) {
    if (partial[stream] !== "") yield outputLine(stream, partial[stream]);
  }
}

function outputLine(stream: OutputLine["stream"], text: string): OutputLine {
  const space = text.indexOf(" ");
  return { stream, time: text.slice(0, space), line: text.slice(space + 1).replace(/\r$/, "") };
}

interface Frame {
  readonly stream: OutputLine["stream"];
  readonly data: Uint8Array;
}

async function* untagged(source: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Frame> {
  for await (const data of source) yield { stream: "stdout", data };
}

async function* demultiplex(source: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Frame> {
  const frames: Frame[] = [];
  const demultiplexer = new Demultiplexer((data, stream) => frames.push({ stream, data }));
  for await (const chunk of source) {
    demultiplexer.write(chunk);
    yield* frames.splice(0);
  }
}
