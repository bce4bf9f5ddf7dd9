import type { Readable } from "node:stream";
import { Demultiplexer, type Engine, engineError } from "@slipway/transport";
import { ContainersError } from "../containers-error.ts";
import type { LogChunk } from "../logs/log-chunk.ts";

/** What a container wrote, as the engine has it. Nothing is read ahead of the reader. */
export async function* readEngineLogs(
  engine: Engine,
  id: string,
  { follow, signal }: { readonly follow: boolean; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<LogChunk> {
  signal?.throwIfAborted();
  const doing = `reading the logs of container ${id.slice(0, 12)}`;
  // Only what is followed comes as a stream, and following one that has ended ends with its last line.
  const request = { stdout: true, stderr: true, follow: true as const, ...(signal ? { abortSignal: signal } : {}) };
  let source: Readable;
  try {
    const { State } = follow ? { State: undefined } : await engine.docker.getContainer(id).inspect();
    if (State?.Running) {
      // Up to now, and no further.
      const until = Date.now() / 1_000;
      source = (await engine.docker.getContainer(id).logs({ ...request, until })) as unknown as Readable;
    } else {
      source = (await engine.docker.getContainer(id).logs(request)) as unknown as Readable;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw engineError(error, doing);
  }
  const abort = (): void => void source.destroy(signal?.reason as Error);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  try {
    let chunks: LogChunk[] = [];
    let bytes = 0;
    let given = 0;
    const demultiplexer = new Demultiplexer((data, stream) => {
      given += data.length;
      chunks.push({ stream, data });
    });
    for await (const data of source as AsyncIterable<Buffer>) {
      bytes += data.length;
      demultiplexer.write(data);
      const ready = chunks;
      chunks = [];
      yield* ready;
    }
    if (bytes > 0 && given === 0) {
      throw new ContainersError("CONTAINERS_CONTAINER_LOGS", `${doing}: the engine's answer is none of logs`);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw engineError(error, doing);
  } finally {
    signal?.removeEventListener("abort", abort);
    source.destroy();
  }
}
