import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { dockerFor } from "./docker-for.ts";

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

/** An engine that answers each request with the same words, and then does something to the connection. */
async function engineSaying(words: string, then: (socket: Socket) => void): Promise<ReturnType<typeof dockerFor>> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => socket.write(words, () => then(socket)));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return dockerFor({ host: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

const answer = (status: string, length: number, body: string): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;

for (const status of ["200 OK", "404 Not Found"]) {
  test(`a call whose connection is lost in the middle of the answer fails; ${status}`, async () => {
    const docker = await engineSaying(answer(status, 100, '{"Id":'), (socket) => socket.destroy());
    await expect(docker.getContainer("c").inspect()).rejects.toMatchObject({ code: "ECONNRESET" });
  });
}

test("an abort ends a call that waits for the rest of its answer", async () => {
  const controller = new AbortController();
  const docker = await engineSaying(answer("200 OK", 100, '{"Id":'), () => controller.abort());
  await expect(docker.getContainer("c").inspect({ abortSignal: controller.signal })).rejects.toMatchObject({
    name: "AbortError",
  });
});

test("answers, refusals and empty answers come as ever", async () => {
  const leave = (): void => undefined;
  const found = await engineSaying(answer("200 OK", 10, '{"Id":"c"}'), leave);
  expect(await found.getContainer("c").inspect()).toEqual({ Id: "c" });
  const refused = await engineSaying(answer("404 Not Found", 17, '{"message":"no!"}'), leave);
  await expect(refused.getContainer("c").inspect()).rejects.toMatchObject({
    statusCode: 404,
    json: { message: "no!" },
    message: "(HTTP code 404) no such container - no! ",
  });
  const empty = await engineSaying("HTTP/1.1 204 No Content\r\n\r\n", leave);
  expect(await empty.getContainer("c").start()).toEqual(Buffer.alloc(0));
});
