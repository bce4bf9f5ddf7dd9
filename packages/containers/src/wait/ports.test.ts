import { getEventListeners, once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import type { Container } from "../container.ts";
import { forHttp, type ForHttpOptions } from "./for-http.ts";
import { forPort } from "./for-port.ts";

/** A container whose port is one of this machine; `asked` is called after each try that failed. */
function at(port: number, asked: () => void = () => undefined): Container {
  const inspect = async (): Promise<object> => {
    asked();
    return { status: "running" };
  };
  return { spec: {}, host: "127.0.0.1", port: async () => port, inspect } as unknown as Container;
}

test("a port that is tried often leaves nothing on the signal", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  const stop = new AbortController();
  let listeners = 0;
  let tries = 0;
  const container = at(port, () => {
    listeners = getEventListeners(stop.signal, "abort").length;
    if (++tries === 6) stop.abort(new Error("enough"));
  });
  await expect(forPort(port).wait(container, { signal: stop.signal })).rejects.toThrow("enough");
  expect(listeners).toBeLessThan(3);
});

test("an answer's body is awaited as text, by a pattern, or as a function says; what it throws is told", async () => {
  const server = createServer((_, response) => response.end("all is well")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const wait = (body: ForHttpOptions["body"]): Promise<unknown> =>
    Promise.resolve(forHttp(80, { body }).wait(at(port), { signal: AbortSignal.timeout(200) }));
  try {
    for (const body of ["is well", /^all/, (text: string) => text.length === 11]) await wait(body);
    await expect(wait("ill")).rejects.toMatchObject({ name: "TimeoutError" });
    const broken = (): never => {
      throw new RangeError("my mistake");
    };
    await expect(wait(broken)).rejects.toThrow("my mistake");
  } finally {
    server.close();
  }
});
