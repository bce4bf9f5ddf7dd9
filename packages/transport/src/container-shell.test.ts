import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { timeLimit } from "@slipway/run";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { connect } from "./connect.ts";
import { openShell } from "./container-shell.ts";
import { execute } from "./execute.ts";
import { dockerFor } from "./docker-for.ts";

/** How far an engine goes that falls silent. */
type Until = "the exec" | "the start" | "the shell" | "the end";

const sockets = new Set<Socket>();
let server: Server | undefined;
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

/** An engine that opens shells which say `1` whatever they are told, unless it falls silent before. */
async function silentEngine(until: () => Until): Promise<string> {
  server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { url = "" } = request;
    request.resume();
    if (url.endsWith("/_ping")) response.setHeader("Api-Version", "1.41").end("OK");
    else if (url.endsWith("/exec") && until() !== "the exec") response.writeHead(201).end('{"Id":"e"}');
    else if (!url.endsWith("/exec")) response.writeHead(404).end();
  });
  server.on("upgrade", (_, socket: Duplex) => {
    if (until() === "the start") return;
    socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
    socket.on("data", (data: Buffer) => {
      const nonce = /\\002(?<nonce>\w+) /.exec(data.toString())?.groups?.["nonce"];
      if (until() === "the shell" || nonce === undefined) return;
      for (const [stream, text] of ["", `1\n\u0002${nonce} 0\n`, `\u0002${nonce} 0\n`].entries()) {
        if (stream > 0)
          socket.write(Buffer.concat([Buffer.from([stream, 0, 0, 0, 0, 0, 0, text.length]), Buffer.from(text)]));
      }
    });
    socket.on("error", () => undefined);
    socket.on("end", () => socket.end());
  });
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const waits: [Until, string][] = [
  ["the exec", "waiting for the engine to make an exec"],
  ["the start", "waiting for the engine to start it"],
  ["the shell", "waiting for the shell to answer"],
];
for (const [silence, words] of waits) {
  test(`an opening that stands still before ${silence} is given up, and can be tried again`, async () => {
    let until: Until = silence;
    const host = await silentEngine(() => until);
    const engine = await connect({ host });
    for (const handle of [engine, dockerFor({ host })]) {
      until = silence;
      await expect(openShell(handle, "c", { openWithinMs: 150 })).rejects.toMatchObject({
        code: "TRANSPORT_NO_ANSWER",
        message: `container c gave no shell within 0.15 s, ${words}`,
      });
      until = "the end";
      const shell = await openShell(handle, "c", { openWithinMs: 60_000 });
      expect((await shell.run("anything")).stdout.toString()).toBe("1\n");
      await shell.close();
    }
    engine.close();
  });
}

test.each(["the exec", "the start"] as const)(
  "a command that stands still before %s can be aborted",
  async (silence) => {
    const engine = await connect({ host: await silentEngine(() => silence) });
    const controller = new AbortController();
    const running = execute(engine, "c", { cmd: ["true"], signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    engine.close();
  },
);

test("a shell that opened in time stays open after it", async () => {
  const engine = await connect({ host: await silentEngine(() => "the end") });
  const shell = await openShell(engine, "c", { openWithinMs: 200 });
  await once(timeLimit(400), "abort");
  expect(shell.closed).toBe(false);
  expect((await shell.run("anything")).exitCode).toBe(0);
  await shell.close();
  engine.close();
});
