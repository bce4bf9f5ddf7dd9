import http2 from "node:http2";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { type Engine, hijack } from "@slipway/transport";
import { normalizePlatform } from "./platform.ts";

const method = "/moby.buildkit.v1.Control/ListWorkers";
/** A gRPC message: not compressed, of no bytes. */
const emptyMessage = Buffer.alloc(5);
const answerAtMost = 1024 * 1024;

/**
 * What an engine's BuildKit runs, natively or by the kernel's binfmt_misc; undefined for an engine that does not say so.
 * Asked for as `docker buildx inspect` does: by gRPC, at the engine's `/grpc`.
 */
export async function buildkitPlatforms(engine: Engine, signal?: AbortSignal): Promise<string[] | undefined> {
  try {
    const answer = await call(engine, signal);
    return answer && [...new Set(platformsOf(answer).map(normalizePlatform))];
  } catch {
    signal?.throwIfAborted();
    // An engine without that service; one that cannot be reached shows by other calls.
    return undefined;
  }
}

async function call(engine: Engine, signal: AbortSignal | undefined): Promise<Buffer | undefined> {
  const socket = await hijack(engine, { path: "/grpc", method: "POST", headers: { Upgrade: "h2c" }, signal });
  const session = http2.connect("http://engine", { createConnection: () => socket });
  try {
    return await new Promise((resolve, reject) => {
      session.once("error", reject);
      socket.once("close", () => reject(new Error("closed")));
      const stream = session.request({
        ":method": "POST",
        ":path": method,
        "content-type": "application/grpc",
        te: "trailers",
      });
      const chunks: Buffer[] = [];
      let size = 0;
      stream.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > answerAtMost) stream.destroy();
        else chunks.push(chunk);
      });
      stream.once("error", reject);
      stream.once("close", () => {
        const whole = Buffer.concat(chunks);
        resolve(whole.length >= 5 && whole[0] === 0 ? whole.subarray(5, 5 + whole.readUInt32BE(1)) : undefined);
      });
      stream.end(emptyMessage);
    });
  } finally {
    session.destroy();
    socket.destroy();
  }
}

/** Of `ListWorkersResponse {repeated WorkerRecord record = 1}`, the `repeated Platform platforms = 3` of each record. */
function platformsOf(response: Uint8Array): string[] {
  return messages(response, 1).flatMap((record) =>
    messages(record, 3).map((platform) => {
      const [architecture, os, variant] = [1, 2, 3].map((number) => textOf(messages(platform, number)[0]));
      return [os, architecture, variant].filter((part) => part !== undefined && part !== "").join("/");
    }),
  );
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString("utf8");
}

/** The values of one field of a protobuf message, all of whose fields have a length. */
function messages(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const reader = new BinaryReader(bytes);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === wanted) found.push(reader.bytes());
    else reader.skip(wireType, number);
  }
  return found;
}
