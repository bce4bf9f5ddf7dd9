import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { ConnectedEngine } from "./connected-engine.ts";
import type { Engine } from "./engine.ts";
import { sendRequest } from "./send-request.ts";
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
export async function dial<Answer extends Readable>(handle: Engine | Dockerode, request: DialRequest): Promise<Answer> {
  const { signal } = request;
  signal?.throwIfAborted();
  const endpoint = ConnectedEngine.endpointOf(handle);
  try {
    const answer = await (endpoint ? sendRequest(endpoint, request) : dialModem(handle, request));
    if (signal) destroyOnAbort(answer, signal);
    return answer as Answer;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** By the settings of somebody's own Dockerode. */
function dialModem(handle: Engine | Dockerode, request: DialRequest): Promise<Readable> {
  const { path, method, headers, body, signal } = request;
  const modem = toEngine(handle).docker.modem as unknown as Modem;
  const query = Object.entries(request.query ?? {}).filter(([, value]) => value !== undefined);
  return new Promise((resolve, reject) => {
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
      statusCodes: request.hijack ? { 101: true } : { 200: true, 201: true, 202: true, 204: true, 304: true },
    };
    modem.dial(options, (error, answer) => (error ? reject(error as Error) : resolve(answer)));
  });
}

/** The request's own handling of the signal would end the answer with a connection that was reset. */
function destroyOnAbort(answer: Readable, signal: AbortSignal): void {
  const abort = (): void => void answer.destroy(signal.reason as Error);
  if (signal.aborted) return abort();
  signal.addEventListener("abort", abort, { once: true });
  answer.once("close", () => signal.removeEventListener("abort", abort));
}
