import { createServer, request as send, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";

/** A request as it went over the wire. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** How many were under way when it came, itself among them. */
  readonly underWay: number;
}

/** What becomes of a request: passed on, answered here, left unanswered, or cut off, before or after it was done. */
export type Fate =
  | "pass"
  | "hang"
  | "cut"
  | "done then cut"
  | { readonly status: number; readonly retryAfter?: string };

/** A server between client and cloud that notes what goes by, and spoils some of it. */
export interface Proxy {
  readonly url: string;
  readonly seen: Seen[];
  /** Decides on each request; its number counts from 1. */
  decide: (seen: Seen, number: number) => Fate | Promise<Fate>;
  close(): Promise<void>;
}

export async function startProxy(target: string): Promise<Proxy> {
  const seen: Seen[] = [];
  let underWay = 0;
  const server = createServer((request, response) => {
    underWay++;
    response.once("close", () => underWay--);
    void handle(request, response);
  });
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const current = underWay;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const entry = { method: request.method ?? "", path: request.url ?? "", body: body.toString(), underWay: current };
    seen.push(entry);
    const fate = await proxy.decide(entry, seen.length);
    if (fate === "hang") return;
    if (fate === "cut") return void request.socket.destroy();
    if (typeof fate === "object") {
      response.writeHead(fate.status, fate.retryAfter ? { "retry-after": fate.retryAfter } : {}).end();
      return;
    }
    const { method, headers } = request;
    send(new URL(request.url ?? "", target), { method, headers }, (answer) => {
      if (fate === "done then cut") {
        answer.resume().once("end", () => request.socket.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    })
      .once("error", () => request.socket.destroy())
      .end(body);
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy: Proxy = {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    seen,
    decide: () => "pass",
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return proxy;
}
