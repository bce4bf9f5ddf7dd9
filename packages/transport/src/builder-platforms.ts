import type { Duplex } from "node:stream";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { timeLimit } from "@slipway/run";
import type { Engine } from "./engine.ts";
import { hijack } from "./hijack.ts";

/** An engine that has not told by then does not know the question. */
const withinMs = 5_000;
const frameHeader = 5;

/**
 * The platforms of an engine's BuildKit, by its Control API's ListWorkers: those that the kernel emulates too. Empty
 * where the engine has none or doesn't tell.
 */
export async function builderPlatforms(engine: Engine, caller?: AbortSignal): Promise<string[]> {
  const timeout = timeLimit(withinMs);
  const signal = caller ? AbortSignal.any([caller, timeout]) : timeout;
  try {
    const socket = await hijack(engine, { path: "/grpc", method: "POST", headers: { Upgrade: "h2c" }, signal });
    return readWorkers(await listWorkers(socket));
  } catch {
    caller?.throwIfAborted();
    return [];
  }
}

async function listWorkers(socket: Duplex): Promise<Buffer> {
  // Loaded here, since most calls to an engine need no HTTP/2.
  const { connect } = await import("node:http2");
  const session = connect("http://engine", { createConnection: () => socket });
  const answer = new Promise<Buffer>((resolve, reject) => {
    session.on("error", reject);
    socket.on("close", () => reject(new DOMException("the connection was closed", "AbortError")));
    const call = session.request({
      ":method": "POST",
      ":path": "/moby.buildkit.v1.Control/ListWorkers",
      "content-type": "application/grpc+proto",
      te: "trailers",
    });
    const chunks: Buffer[] = [];
    call.on("data", (chunk: Buffer) => chunks.push(chunk));
    call.on("end", () => resolve(Buffer.concat(chunks)));
    call.on("error", reject);
    call.end(Buffer.alloc(frameHeader));
  });
  return answer.finally(() => {
    session.destroy();
    socket.destroy();
  });
}

/** The fields are those of BuildKit's control.proto and worker.proto. */
function readWorkers(frame: Buffer): string[] {
  const workers = fields(frame.subarray(frameHeader)).get(1) ?? [];
  return workers.flatMap((worker) =>
    (fields(worker).get(3) ?? []).map((platform) => {
      const [architecture, os, variant] = [1, 2, 3].map((number) =>
        Buffer.from(fields(platform).get(number)?.[0] ?? []).toString(),
      );
      return [os, architecture, ...(variant ? [variant] : [])].join("/");
    }),
  );
}

function fields(bytes: Uint8Array): Map<number, Uint8Array[]> {
  const found = new Map<number, Uint8Array[]>();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (type !== WireType.LengthDelimited) reader.skip(type);
    else found.set(number, [...(found.get(number) ?? []), reader.bytes()]);
  }
  return found;
}
