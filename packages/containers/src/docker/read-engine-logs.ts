import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { Demultiplexer, type Engine, engineError } from "@slipway/transport";
import type { LogChunk } from "../logs/log-chunk.ts";

/** The part of docker-modem that its published types leave out. */
interface Modem {
  dial(options: Record<string, unknown>, callback: (error: unknown, answer: IncomingMessage) => void): void;
}

/** What a container wrote, as the engine has it. */
export async function* readEngineLogs(
  engine: Engine,
  id: string,
  { follow, signal }: { readonly follow: boolean; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<LogChunk> {
  signal?.throwIfAborted();
  let source: Readable;
  try {
    source = await openLogs(engine, id, follow, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw engineError(error, `reading the logs of container ${id.slice(0, 12)}`);
  }
  yield* demultiplex(source, signal);
}

/** An engine's stream of both outputs, taken apart. Nothing is read ahead of the reader. */
export async function* demultiplex(source: Readable, signal: AbortSignal | undefined): AsyncGenerator<LogChunk> {
  const abort = (): void => void source.destroy(signal?.reason as Error);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  try {
    let chunks: LogChunk[] = [];
    const demultiplexer = new Demultiplexer((data, stream) => chunks.push({ stream, data }));
    for await (const data of source as AsyncIterable<Buffer>) {
      demultiplexer.write(data);
      const ready = chunks;
      chunks = [];
      yield* ready;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw engineError(error, "reading a container's output");
  } finally {
    signal?.removeEventListener("abort", abort);
    source.destroy();
  }
}

/** Dockerode itself gives as a stream only what is followed, and all else at once. */
function openLogs(engine: Engine, id: string, follow: boolean, signal: AbortSignal | undefined): Promise<Readable> {
  return new Promise((resolve, reject) => {
    (engine.docker.modem as unknown as Modem).dial(
      {
        path: `/containers/${id}/logs?`,
        method: "GET",
        options: { stdout: true, stderr: true, follow },
        isStream: true,
        statusCodes: { 200: true, 101: true },
        ...(signal ? { abortSignal: signal } : {}),
      },
      (error, answer) => (error ? reject(error as Error) : resolve(answer)),
    );
  });
}
