import { type ClientRequest, type IncomingMessage, request as requestHttp, type RequestOptions } from "node:http";
import { request as requestHttps } from "node:https";
import type { Duplex, Readable } from "node:stream";
import type { DialRequest } from "./dial.ts";
import type { Endpoint } from "./endpoint.ts";
import { EngineAnswer } from "./engine-answer.ts";

/** Sends a request to an endpoint; its answer, or with `hijack` its connection, once the engine has said yes. */
export function sendRequest(endpoint: Endpoint, request: DialRequest): Promise<Readable> {
  const { method, body, signal } = request;
  const { at, protocol, agent, version } = endpoint;
  const options: RequestOptions = {
    ...at,
    agent,
    method,
    path: `${version ? `/${version}` : ""}${request.path}${queryText(request.query)}`,
    headers: headersOf(request) as NonNullable<RequestOptions["headers"]>,
    ...(signal ? { signal } : {}),
  };
  return new Promise((resolve, reject) => {
    const sending = (protocol === "https" ? requestHttps : requestHttp)(options);
    sending.on("error", reject);
    sending.on("upgrade", (_, socket: Duplex, head: Buffer) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    sending.on("response", (response) => {
      if (isSuccess(request, response)) resolve(response);
      else EngineAnswer.read(response).then(reject, reject);
    });
    send(sending, body);
  });
}

function send(sending: ClientRequest, body: DialRequest["body"]): void {
  if (body === undefined || Buffer.isBuffer(body)) {
    sending.end(body);
    return;
  }
  body.on("error", (error) => sending.destroy(error));
  body.pipe(sending);
}

function isSuccess({ hijack }: DialRequest, { statusCode = 0 }: IncomingMessage): boolean {
  return !hijack && statusCode >= 200 && statusCode < 300;
}

function headersOf({ method, headers, body, hijack }: DialRequest): Record<string, string | readonly string[]> {
  const length = Buffer.isBuffer(body) ? body.length : method === "POST" && body === undefined ? 0 : undefined;
  return {
    ...(body === undefined ? {} : { "Content-Type": "application/tar" }),
    ...(length === undefined ? {} : { "Content-Length": String(length) }),
    ...(hijack ? { Connection: "Upgrade", Upgrade: "tcp" } : {}),
    ...headers,
  };
}

function queryText(query: DialRequest["query"]): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    if (Array.isArray(value)) for (const one of value) parameters.append(name, String(one));
    else parameters.append(name, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  return parameters.size > 0 ? `?${parameters.toString()}` : "";
}
