import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { locateEngine } from "./locate-engine.ts";

let folder: string;
let server: Server;
let socket: string;

// Something that answers a ping as an engine does.
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-transport-"));
  socket = path.join(folder, "engine.sock");
  server = createServer((_, response) => response.end("OK")).listen(socket);
  await once(server, "listening");
});

afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

async function context(name: string, host: string): Promise<void> {
  const id = createHash("sha256").update(name).digest("hex");
  await mkdir(path.join(folder, "contexts/meta", id), { recursive: true });
  const meta = { Name: name, Endpoints: { docker: { Host: host } } };
  await writeFile(path.join(folder, "contexts/meta", id, "meta.json"), JSON.stringify(meta));
}

test("a host given, then DOCKER_HOST, then the context, each said", async () => {
  await context("mine", `unix://${socket}`);
  const environment = { DOCKER_CONFIG: folder, DOCKER_CONTEXT: "mine", DOCKER_HOST: "unix:///nowhere", HOME: folder };
  expect(await locateEngine({ host: `unix://${socket}`, environment })).toMatchObject({ source: "the host given" });
  expect(await locateEngine({ environment: { ...environment, DOCKER_HOST: `unix://${socket}` } })).toMatchObject({
    source: "DOCKER_HOST",
  });
  expect(await locateEngine({ environment: { ...environment, DOCKER_HOST: "" } })).toEqual({
    host: `unix://${socket}`,
    source: 'docker context "mine"',
  });
});

test("the current context of docker's configuration", async () => {
  await context("current", `unix://${socket}`);
  await writeFile(path.join(folder, "config.json"), JSON.stringify({ currentContext: "current" }));
  expect((await locateEngine({ environment: { DOCKER_CONFIG: folder } })).source).toBe('docker context "current"');
});

test("a host that was named is never passed over", async () => {
  await expect(locateEngine({ environment: { DOCKER_HOST: `unix://${folder}/no.sock` } })).rejects.toMatchObject({
    code: "TRANSPORT_NO_ENGINE",
    message: expect.stringContaining(`unix://${folder}/no.sock (DOCKER_HOST): no such socket`),
    hint: expect.stringContaining("DOCKER_HOST"),
  });
});

test("tcp, and addresses that can't be used", async () => {
  const tcp = createServer((_, response) => response.end("OK")).listen(0, "127.0.0.1");
  await once(tcp, "listening");
  const { port } = tcp.address() as { port: number };
  expect((await locateEngine({ host: `tcp://127.0.0.1:${port}` })).host).toBe(`tcp://127.0.0.1:${port}`);
  tcp.close();
  await expect(locateEngine({ host: "ssh://me:secret@host" })).rejects.toMatchObject({
    code: "TRANSPORT_BAD_HOST",
    message: expect.not.stringContaining("secret"),
  });
  await expect(locateEngine({ host: "nonsense" })).rejects.toMatchObject({ code: "TRANSPORT_BAD_HOST" });
});

test.each([
  ["unix://", "unix:///var/run/docker.sock (DOCKER_HOST)"],
  ["  unix:///no/such.sock ", "unix:///no/such.sock (DOCKER_HOST): no such socket"],
  ["127.0.0.1:1", "tcp://127.0.0.1:1 (DOCKER_HOST)"],
  ["tcp://[::1]:1", "tcp://[::1]:1 (DOCKER_HOST)"],
  ["npipe://", "npipe:////./pipe/docker_engine (DOCKER_HOST)"],
])("DOCKER_HOST=%s is %s", async (variable, expected) => {
  const located = locateEngine({ environment: { DOCKER_HOST: variable } }).then(
    ({ host, source }) => `${host} (${source})`,
    (error: Error) => error.message,
  );
  expect(await located).toContain(expected);
});

test.each([
  "/var/run/docker.sock",
  "unix:/var/run/docker.sock",
  "ftp://x",
  "fd://",
  "tcp://h:99999",
  "tcp://h/x",
  "ssh://a b",
])("DOCKER_HOST=%s is refused as it stands, by its name", async (variable) => {
  await expect(locateEngine({ environment: { DOCKER_HOST: variable } })).rejects.toMatchObject({
    code: "TRANSPORT_BAD_HOST",
    message: `DOCKER_HOST: cannot use the address \`${variable}\``,
  });
});

test("TLS files that are none, by their names", async () => {
  await writeFile(path.join(folder, "ca.pem"), "garbage");
  const environment = { DOCKER_HOST: "tcp://127.0.0.1:1", DOCKER_CERT_PATH: folder, DOCKER_TLS_VERIFY: "1" };
  await expect(locateEngine({ environment })).rejects.toMatchObject({
    code: "TRANSPORT_BAD_CONFIG",
    message: expect.stringContaining(`DOCKER_HOST: cannot use the TLS file ${folder}/ca.pem`),
  });
  await expect(locateEngine({ host: "tcp://127.0.0.1:1", tlsMaterial: { key: "garbage" } })).rejects.toMatchObject({
    message: expect.stringContaining("the host given: cannot use the TLS material's `key`"),
  });
});

test("a context that isn't in the store, and a broken configuration, name the file", async () => {
  await expect(locateEngine({ environment: { DOCKER_CONFIG: folder, DOCKER_CONTEXT: "gone" } })).rejects.toMatchObject({
    code: "TRANSPORT_BAD_CONFIG",
    message: expect.stringContaining('docker context "gone" is not in the context store'),
  });
  await writeFile(path.join(folder, "config.json"), '{"currentContext":5}');
  await expect(locateEngine({ environment: { DOCKER_CONFIG: folder } })).rejects.toMatchObject({
    code: "TRANSPORT_BAD_CONFIG",
    message: expect.stringContaining("config.json has a currentContext that is no text"),
  });
  await writeFile(path.join(folder, "config.json"), "{");
  await expect(locateEngine({ environment: { DOCKER_CONFIG: folder } })).rejects.toMatchObject({
    code: "TRANSPORT_BAD_CONFIG",
    message: expect.stringContaining("config.json is not JSON"),
  });
});
