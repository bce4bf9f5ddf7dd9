import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import type { Engine } from "./engine.ts";
import { toEngine } from "./to-engine.ts";

/** One request, whatever the transport. */
export interface DialRequest {
  readonly path: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "HEAD";
  /** Lists are repeated, objects sent as JSON, `undefined` left out. */
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  readonly body?: Readable | Buffer | undefined;
  readonly hijack?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The part of docker-modem that its published types leave out. */
interface Modem {
  readonly headers?: Record<string, string>;
  dial(options: Record<string, unknown>, callback: (error: unknown, answer: Readable) => void): void;
}

/**
 * Sends a request with the engine's own connection settings; the answer as it comes. Any status but success rejects. An
 * abort destroys the answer with the signal's reason.
 */
export function dial<Answer extends Readable>(handle: Engine | Dockerode, request: DialRequest): Promise<Answer> {
  const { path, method, headers, body, signal } = request;
  const modem = toEngine(handle).docker.modem as unknown as Modem;
  const query = Object.entries(request.query ?? {}).filter(([, value]) => value !== undefined);
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const options = {
      path: query.length > 0 ? `${path}?` : path,
      method,
      ...(query.length > 0 ? { options: Object.fromEntries(query) } : {}),
      // Without a body a POST would repeat its query as JSON.
      ...(body || method === "POST" ? { file: body ?? Buffer.alloc(0) } : {}),
      headers: { ...modem.headers, ...headers },
      ...(signal ? { abortSignal: signal } : {}),
      ...(request.hijack ? { hijack: true } : {}),
      isStream: true,
      statusCodes: request.hijack ? { 101: true } : { 200: true, 201: true, 204: true },
    };
    modem.dial(options, (error, answer) => {
      if (error) return reject(signal?.aborted ? (signal.reason as Error) : (error as Error));
      if (signal) destroyOnAbort(answer, signal);
      resolve(answer as Answer);
    });
  });
}

/** The request's own handling of the signal would end the answer with a connection that was reset. */
function destroyOnAbort(answer: Readable, signal: AbortSignal): void {
  const abort = (): void => void answer.destroy(signal.reason as Error);
  if (signal.aborted) return abort();
  signal.addEventListener("abort", abort, { once: true });
  answer.once("close", () => signal.removeEventListener("abort", abort));
}
