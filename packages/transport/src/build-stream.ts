import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import type { Engine } from "./engine.ts";
import { engineError } from "./engine-error.ts";
import { toEngine } from "./to-engine.ts";

/** One build request. */
export interface BuildRequest {
  /** The context, as a tar stream; read at the engine's pace. */
  readonly tar: Readable;
  /** The engine's own parameters; objects and lists are sent as JSON. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Credentials by registry. */
  readonly registryConfig?: Readonly<Record<string, { username: string; password: string }>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a build to the engine and returns its answer as it comes: JSON records, a line each. An abort, an error of the
 * context, and destroying the answer end the request, and with it the build.
 */
export async function openBuildStream(handle: Engine | Dockerode, request: BuildRequest): Promise<Readable> {
  const { tar, registryConfig } = request;
  request.signal?.throwIfAborted();
  const ended = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, ended.signal]) : ended.signal;
  let contextError: unknown;
  let answer: Readable | undefined;
  tar.once("error", (error) => {
    contextError = error;
    answer?.destroy(error);
    ended.abort(error);
  });
  try {
    answer = await dial(toEngine(handle), {
      path: "/build?",
      method: "POST",
      file: tar,
      options: encodeQuery(request.query),
      ...(registryConfig ? { registryconfig: registryConfig } : {}),
      abortSignal: signal,
      isStream: true,
      statusCodes: { 200: true, 400: "bad parameter", 500: "server error" },
    });
  } catch (error) {
    tar.destroy();
    request.signal?.throwIfAborted();
    throw contextError ?? engineError(error, "sending the build to the engine");
  }
  const stream = answer;
  const abort = (): void => void stream.destroy(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  stream.once("close", () => {
    signal.removeEventListener("abort", abort);
    tar.destroy();
    ended.abort();
  });
  return stream;
}

function encodeQuery(query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known = Object.entries(query).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known);
}

function dial(engine: Engine, options: Record<string, unknown>): Promise<Readable> {
  const modem = engine.docker.modem as unknown as {
    dial(options: Record<string, unknown>, callback: (error: unknown, stream: Readable) => void): void;
  };
  return new Promise((resolve, reject) => {
    modem.dial(options, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
}
