import { readFile } from "node:fs/promises";
import path from "node:path";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { expect, test } from "vitest";
import type { BuilderOutput } from "./builder-output.ts";
import { readBuildkitTrace } from "./buildkit-trace.ts";
import { jsonRecords } from "./json-records.ts";

const bytes = WireType.LengthDelimited;
const varint = WireType.Varint;

test("a build: house-keeping marked, output by stream, each step ends once, the image last", async () => {
  const outputs = await recorded("buildkit-success");
  expect(brief(outputs)).toEqual([
    "([internal] load remote build context started)",
    "([internal] load remote build context done)",
    "(copy /context / started)",
    "(copy /context / done)",
    "([internal] load metadata for docker.io/slipway-base/busybox:1 started)",
    "([internal] load metadata for docker.io/slipway-base/busybox:1 done)",
    "[1/3] FROM docker.io/slipway-base/busybox:1 started",
    "[1/3] FROM docker.io/slipway-base/busybox:1 done",
    "[2/3] RUN echo hello && echo err >&2 started",
    "stderr: err\n",
    "stdout: hello\n",
    "[2/3] RUN echo hello && echo err >&2 done",
    "[3/3] COPY a /a started",
    "[3/3] COPY a /a done",
    "(exporting to image started)",
    "(exporting to image done)",
    "image sha256:f9347c1addc745d8895e64aaefbd14ba78bda8cd3587383a6dadc6fc1e202e11",
  ]);
  const done = outputs.find((o) => o.type === "step" && o.state === "done" && o.name.startsWith("[2/3]"));
  // By the engine's time stamps, computed apart from this code.
  expect(done).toMatchObject({ durationMs: expect.closeTo(166.049, 2) });
  expect(outputs.filter((o) => o.type === "progress").map((o) => o.label)).toContain("exporting layers");
});

test("a failing command", async () => {
  expect((await recorded("buildkit-failing-run")).slice(-4)).toMatchObject([
    { type: "log", stream: "stderr", data: "two\n" },
    { type: "log", stream: "stdout", data: "one\n" },
    { type: "step", state: "failed", error: expect.stringContaining("exit code: 7") },
    { type: "failure", message: expect.stringContaining("exit code: 7") },
  ]);
});

test("what another step's failure ends is cancelled, not failed", async () => {
  const ends = (await recorded("buildkit-parallel-failure")).filter((o) => o.type === "step" && o.error);
  expect(ends).toMatchObject([
    { name: "[b 2/2] RUN sleep 1 && echo dying && exit 3", state: "failed" },
    { name: "[a 2/2] RUN sleep 20", state: "cancelled" },
  ]);
});

test("a character cut in two by the engine's buffering is whole again", async () => {
  const logs = (await recorded("buildkit-split-output")).filter((o) => o.type === "log").map((o) => o.data);
  expect(logs.slice(1)).toEqual(["abc", "d", "é\n"]);
});

test("a missing source, and a step from the cache, which never starts", async () => {
  expect(brief(await recorded("buildkit-missing-source")).slice(-4)).toEqual([
    "[1/2] FROM docker.io/slipway-base/busybox:1 cached",
    "[2/2] COPY nope /x started",
    "[2/2] COPY nope /x failed",
    'failure failed to compute cache key: "/nope" not found: not found',
  ]);
});

test("warnings, unknown fields, and the end of a character that never came", async () => {
  const vertex = new BinaryWriter().tag(1, bytes).string("sha256:a").tag(3, bytes).string("[1/1] RUN x");
  const started = new BinaryWriter().tag(1, varint).int64(1).finish();
  vertex.tag(5, bytes).bytes(started).tag(6, bytes).bytes(started).tag(99, bytes).string("new");
  const log = new BinaryWriter()
    .tag(1, bytes)
    .string("sha256:a")
    .tag(3, varint)
    .int64(2)
    .tag(4, bytes)
    .bytes(Uint8Array.of(0xc3));
  const warning = new BinaryWriter()
    .tag(3, bytes)
    .bytes(Buffer.from("short"))
    .tag(4, bytes)
    .bytes(Buffer.from("detail"));
  const response = new BinaryWriter();
  response.tag(1, bytes).bytes(vertex.finish()).tag(3, bytes).bytes(log.finish()).tag(4, bytes).bytes(warning.finish());
  const aux = Buffer.from(response.tag(98, varint).int64(5).finish()).toString("base64");
  const outputs = await collect(readBuildkitTrace(each([{ id: "moby.buildkit.trace", aux }, { id: "unknown" }])));
  expect(outputs).toMatchObject([
    { type: "step", state: "started" },
    { type: "warning", message: "short\ndetail" },
    { type: "log", stream: "stderr", data: "\uFFFD" },
    { type: "step", state: "done", durationMs: 0 },
  ]);
});

test.each([
  [{ id: "moby.buildkit.trace", aux: "Cv8=" }, "cannot be decoded"],
  [{ id: "moby.buildkit.trace" }, "without content"],
  [{ id: "moby.image.id", aux: {} }, "named no image"],
])("%o is refused", async (record, message) => {
  await expect(collect(readBuildkitTrace(each([record])))).rejects.toMatchObject({
    code: "BUILD_BROKEN_STREAM",
    message: expect.stringContaining(message),
  });
});

async function recorded(name: string): Promise<BuilderOutput[]> {
  const text = await readFile(path.join(import.meta.dirname, `../fixtures/${name}.ndjson`));
  return collect(readBuildkitTrace(jsonRecords([text])));
}

function brief(outputs: BuilderOutput[]): string[] {
  return outputs.flatMap((o) => {
    if (o.type === "step") return [o.internal ? `(${o.name} ${o.state})` : `${o.name} ${o.state}`];
    if (o.type === "log") return [`${o.stream}: ${o.data}`];
    if (o.type === "image") return [`image ${o.imageId}`];
    return o.type === "failure" ? [`failure ${o.message}`] : [];
  });
}

async function* each<T>(items: T[]): AsyncGenerator<T, void, void> {
  yield* items;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
