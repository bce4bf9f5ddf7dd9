import { connect as connectHttp2, type ClientHttp2Session, constants } from "node:http2";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { authService } from "./auth-service.ts";
import { type GrpcMethod } from "./grpc-call.ts";
import { serveGrpc } from "./grpc-server.ts";
import { healthService } from "./health-service.ts";
import { fieldsCodec } from "./message.ts";
import { secretsService } from "./secrets-service.ts";
import { sshService } from "./ssh-service.ts";

let listening: Server;
let session: ClientHttp2Session;
let close: () => void;
let methods: Map<string, GrpcMethod>;

beforeEach(async () => {
  methods = new Map(Object.entries(healthService));
  listening = createServer().listen(0, "127.0.0.1");
  const accepted = new Promise<Socket>((resolve) => listening.once("connection", resolve));
  await new Promise((resolve) => listening.once("listening", resolve));
  const socket = connect((listening.address() as AddressInfo).port, "127.0.0.1");
  close = await serveGrpc(await accepted, methods);
  session = connectHttp2("http://localhost", { createConnection: () => socket });
});
afterEach(() => {
  session.destroy();
  close();
  listening.close();
});

interface Answer {
  readonly status: string;
  readonly message: string;
  readonly body: Buffer;
}

function frame(body: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

async function call(path: string, body: Uint8Array, headers: Record<string, string> = {}): Promise<Answer> {
  const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc", ...headers });
  const trailers = new Promise<Record<string, unknown>>((resolve) => stream.once("trailers", resolve));
  // A byte at a time, as a network may have it.
  for (const byte of frame(body)) stream.write(Buffer.of(byte));
  stream.end();
  const content = await buffer(stream);
  const { "grpc-status": status, "grpc-message": message = "" } = await trailers;
  return { status: String(status), message: decodeURIComponent(String(message)), body: content.subarray(5) };
}

const id = fieldsCodec({ 1: "id" }, { id: "" });

test("health: serving", async () => {
  expect(await call("/grpc.health.v1.Health/Check", Buffer.alloc(0))).toMatchObject({
    status: "0",
    body: Buffer.of(8, 1),
  });
});

test("what is not served is unimplemented, and compressed messages are", async () => {
  expect(await call("/moby.filesync.v1.Auth/FetchToken", Buffer.alloc(0))).toMatchObject({ status: "12" });
  const stream = session.request({ ":method": "POST", ":path": "/grpc.health.v1.Health/Check" });
  const trailers = new Promise<Record<string, unknown>>((resolve) => stream.once("trailers", resolve));
  stream.end(Buffer.of(1, 0, 0, 0, 0));
  stream.resume();
  expect(await trailers).toMatchObject({ "grpc-status": "12" });
});

test("secrets by id, of any size and bytes; others are not found", async () => {
  const large = Buffer.alloc(300_000, 255);
  const served = secretsService(new Map([["größe", large]]));
  for (const [path, method] of Object.entries(served)) methods.set(path, method);
  const path = "/moby.buildkit.secrets.v1.Secrets/GetSecret";
  const answer = await call(path, id.encode({ id: "größe" }));
  const { data } = fieldsCodec({ 1: "data" }, { data: new Uint8Array() as Uint8Array }).decode(answer.body);
  expect(Buffer.from(data).equals(large)).toBe(true);
  expect(await call(path, id.encode({ id: "ü" }))).toEqual({
    status: "5",
    message: "no secret ü was given to this build",
    body: Buffer.alloc(0),
  });
});

test("credentials of the registry that is asked for; a failure is an internal error", async () => {
  const asked: string[] = [];
  const served = authService((registry) => {
    asked.push(registry);
    if (registry === "broken.example") throw new Error("no helper");
    if (registry === "token.example") return { identitytoken: "t", username: "u" };
    return registry === "docker.io" ? { username: "u", password: "p" } : undefined;
  });
  for (const [path, method] of Object.entries(served)) methods.set(path, method);
  const answers = fieldsCodec({ 1: "username", 2: "secret" }, { username: "", secret: "" });
  const ask = async (host: string): Promise<unknown> => {
    const { status, message, body } = await call("/moby.filesync.v1.Auth/Credentials", id.encode({ id: host }));
    return status === "0" ? answers.decode(body) : [status, message];
  };
  expect(await ask("registry-1.docker.io")).toEqual({ username: "u", secret: "p" });
  expect(await ask("token.example")).toEqual({ username: "", secret: "t" });
  expect(await ask("other.example")).toEqual({ username: "", secret: "" });
  expect(await ask("broken.example")).toEqual(["13", "no helper"]);
  expect(asked).toEqual(["docker.io", "token.example", "other.example", "broken.example"]);
});

test("an agent by id; without one, `default`", async () => {
  const served = sshService(new Map([["default", () => connect(0)]]));
  for (const [path, method] of Object.entries(served)) methods.set(path, method);
  const path = "/moby.sshforward.v1.SSH/CheckAgent";
  expect(await call(path, id.encode({ id: "" }))).toMatchObject({ status: "0" });
  expect(await call(path, id.encode({ id: "other" }))).toMatchObject({ status: "5" });
});

test("headers: repeated ones are told apart, UTF-8 and escaped ones are read", async () => {
  const seen: string[][] = [];
  methods.set("/x", async (one) => {
    seen.push(one.metadata("paths"), one.metadata("escaped"), one.metadata("none"));
    await Promise.resolve();
  });
  const raw = Buffer.from("größe").toString("latin1");
  const headers = { paths: ["a, b", raw], escaped: "gr%C3%B6%C3%9Fe+b", "escaped-encoded": "1" };
  await call("/x", Buffer.alloc(0), headers as unknown as Record<string, string>);
  expect(seen).toEqual([["a, b", "größe"], ["größe b"], []]);
});

test("a call that is given up ends its method's work", async () => {
  const ended = new Promise<void>((resolve) => {
    methods.set("/x", async (one) => {
      one.signal.addEventListener("abort", () => resolve());
      await new Promise(() => undefined);
    });
  });
  const stream = session.request({ ":method": "POST", ":path": "/x" });
  stream.on("error", () => undefined);
  stream.once("response", () => stream.close(constants.NGHTTP2_CANCEL));
  await ended;
});
