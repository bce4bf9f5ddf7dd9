import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect as connectTcp, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { promisify } from "node:util";
import { connect } from "@slipway/transport";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventsOf, outputOf, TestRun } from "../test/test-run.ts";
import { buildDirectory } from "./build.ts";

const run = promisify(execFile);
let tests: TestRun;
let folder: string;

beforeAll(async () => {
  tests = await TestRun.open("way");
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-way-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});
afterAll(() => tests.close());

describe("a session on the way of", () => {
  const sockets = new Set<Socket>();
  let server: Server;
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    server.close();
    await once(server, "close");
  });

  /** Hands a connection on to the engine, half-closes included. */
  function relay(socket: Socket): void {
    const engine = connectTcp({ path: "/var/run/docker.sock", allowHalfOpen: true });
    for (const one of [socket, engine]) {
      sockets.add(one);
      one.on("error", () => one.destroy());
    }
    socket.pipe(engine).pipe(socket);
  }

  async function buildsBy(environment: Record<string, string>): Promise<void> {
    const engine = await connect({ environment });
    try {
      await writeFile(
        path.join(folder, "Dockerfile"),
        `${tests.head()}COPY a /\nRUN --mount=type=secret,id=s md5sum /run/secrets/s\n`,
      );
      await writeFile(path.join(folder, "a"), "x".repeat(3_000_000));
      const building = buildDirectory(engine, folder, { secrets: { s: { value: "1234" } } });
      expect(outputOf(await eventsOf(building))).toContain("81dc9bdb52d04dc20036dbd8313ed055");
      expect((await building.result).sent?.bytes).toBeGreaterThan(3_000_000);
    } finally {
      engine.close();
    }
  }

  async function portOf(listening: Server): Promise<number> {
    listening.listen(0, "127.0.0.1");
    await once(listening, "listening");
    return (listening.address() as { port: number }).port;
  }

  test("tcp", async () => {
    server = createServer({ allowHalfOpen: true }, relay);
    await buildsBy({ DOCKER_HOST: `tcp://127.0.0.1:${await portOf(server)}` });
  });

  test("TLS with a client's certificate", async () => {
    const openssl = (...args: string[]): Promise<unknown> => run("openssl", args, { cwd: folder });
    const certs = path.join(folder, "certs");
    await run("mkdir", [certs]);
    await openssl(
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-keyout",
      "certs/key.pem",
      "-out",
      "certs/cert.pem",
      "-days",
      "2",
      "-subj",
      "/CN=127.0.0.1",
      "-addext",
      "subjectAltName=IP:127.0.0.1",
    );
    const [key, cert] = await Promise.all(["key.pem", "cert.pem"].map((name) => readFile(path.join(certs, name))));
    await writeFile(path.join(certs, "ca.pem"), cert ?? "");
    server = createTlsServer({ key, cert, ca: cert, requestCert: true, allowHalfOpen: true } as object, relay);
    await writeFile(path.join(folder, ".dockerignore"), "certs\n");
    await buildsBy({
      DOCKER_HOST: `tcp://127.0.0.1:${await portOf(server)}`,
      DOCKER_TLS_VERIFY: "1",
      DOCKER_CERT_PATH: certs,
    });
  });
});
