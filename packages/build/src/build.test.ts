import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { connect, type Engine } from "@slipway/transport";
import { afterEach, expect, test } from "vitest";
import { build } from "./build.ts";
import type { BuildEvent } from "./build-event.ts";

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** An engine as far as a build needs it, which answers `POST /build` by `answer`. */
async function engineThat(answer: (response: ServerResponse) => void, kind = "Engine"): Promise<Engine> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-build-"));
  const socket = path.join(folder, "engine.sock");
  const full = `sha256:${"ab".repeat(32)}`;
  const answers: Record<string, unknown> = {
    "/version": { Version: "9.9", ApiVersion: "1.41", Os: "linux", Arch: "amd64", Components: [{ Name: kind }] },
    "/info": {},
    "/_ping": "OK",
    "/images/abababababab/json": { Id: full },
  };
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://engine");
    if (pathname === "/build") {
      request.resume().on("end", () => answer(response));
      return;
    }
    const body = answers[pathname];
    response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(body ?? { message: "no such thing" }));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });
  return connect({ host: `unix://${socket}` });
}

const record = (value: object): string => `${JSON.stringify(value)}\n`;

test("a connection that is lost in the middle", async () => {
  const engine = await engineThat((response) => {
    response.write(record({ stream: "Step 1/1 : FROM x" }), () => response.destroy());
  });
  const run = build(engine, Readable.from(["tar"]), { builder: "classic" });
  await expect(run.result).rejects.toMatchObject({ code: "TRANSPORT_CONNECTION_LOST" });
});

test("an answer that ends without an image, and one of something else", async () => {
  const silent = await engineThat((response) => response.end());
  await expect(build(silent, Readable.from(["tar"]), { builder: "classic" }).result).rejects.toMatchObject({
    code: "BUILD_BROKEN_STREAM",
  });
  const proxy = await engineThat((response) => response.end("<html>sign in</html>"));
  await expect(build(proxy, Readable.from(["tar"]), { builder: "classic" }).result).rejects.toMatchObject({
    code: "BUILD_BROKEN_STREAM",
    message: expect.stringContaining("<html>"),
  });
});

test("an engine without BuildKit: classic, and short ids become full ones", async () => {
  const engine = await engineThat((response) => {
    response.end(record({ stream: "STEP 1/1: FROM x\n" }) + record({ stream: "--> abababababab\n" }));
  }, "Podman Engine");
  const run = build(engine, Readable.from(["tar"]));
  const events: BuildEvent[] = [];
  for await (const event of run) events.push(event);
  expect(events[0]).toEqual({ type: "builder", builder: "classic", reason: "podman 9.9 has no BuildKit" });
  const result = await run.result;
  expect(result).toMatchObject({ imageId: `sha256:${"ab".repeat(32)}`, layers: [] });
  expect(events.at(-1)).toEqual({ type: "image", imageId: result.imageId });
});

test("an image that is gone by the end of its build", async () => {
  const engine = await engineThat((response) => {
    response.end(record({ stream: "Step 1/1 : FROM x" }) + record({ stream: " ---> 0123456789ab\n" }));
  });
  await expect(build(engine, Readable.from(["tar"]), { builder: "classic" }).result).rejects.toMatchObject({
    code: "BUILD_BROKEN_STREAM",
    message: expect.stringContaining("0123456789ab"),
  });
});
