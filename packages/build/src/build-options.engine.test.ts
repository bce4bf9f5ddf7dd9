import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { describeEngine, inspectImage } from "@slipway/transport";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventsOf, outputOf, tarOf, TestRun } from "../test/test-run.ts";
import { build, buildDirectory } from "./build.ts";
import type { BuildOptions } from "./build-options.ts";

let tests: TestRun;
let recent: boolean;

beforeAll(async () => {
  tests = await TestRun.open("options");
  const { apiVersion } = await describeEngine(tests.engine);
  recent = Number(apiVersion.split(".")[1]) >= 42;
});
afterAll(() => tests.close());

const start = (lines: string, options: BuildOptions = {}): ReturnType<typeof build> =>
  build(tests.engine, tarOf({ Dockerfile: `${tests.head()}${lines}\n` }), options);

test("limits reach the steps of the classic builder", async () => {
  const limits = "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null; true";
  const run = start(`RUN ulimit -n; df -k /dev/shm | tail -1; ${limits}`, {
    builder: "classic",
    ulimits: { nofile: { soft: 123, hard: 200 } },
    shmSize: 10 << 20,
    memory: 100 << 20,
    memorySwap: -1,
  });
  const text = outputOf(await eventsOf(run));
  expect(text).toMatch(/^123$/m);
  expect(text).toMatch(/^shm +10240 /m);
  expect(text).toMatch(/^104857600$/m);
});

test("options that only the classic builder honours choose it; with ones that only BuildKit has, nothing is built", async () => {
  const run = start("RUN true", { memory: 100 << 20 });
  await expect(run.result).resolves.toMatchObject({ builder: "classic" });
  const both = start("RUN true", { memory: 100 << 20, secrets: { a: { value: "1234" } } });
  await expect(both.result).rejects.toMatchObject({ code: "BUILD_NOT_SUPPORTED" });
});

test("the cache goes into the image, and serves from there", async () => {
  const { imageId } = await start("RUN date > /now", { cacheTo: ["inline"] }).result;
  const archive = await buffer(await tests.engine.docker.getImage(imageId).get());
  expect(archive.includes("moby.buildkit.cache.v0")).toBe(true);
  const plain = await start("RUN date > /now").result;
  const without = await buffer(await tests.engine.docker.getImage(plain.imageId).get());
  expect(without.includes("moby.buildkit.cache.v0")).toBe(false);
});

test("here-documents: built where the engine's BuildKit knows them, else refused with their place", async () => {
  const { result } = start("RUN true\nRUN <<EOF\ntrue\nEOF");
  if (recent) await expect(result).resolves.toBeDefined();
  else await expect(result).rejects.toMatchObject({ code: "BUILD_NOT_SUPPORTED", range: { start: { line: 5 } } });
});

describe.each(["buildkit", "classic"] as const)("%s", (builder) => {
  const stages = [
    "FROM slipway-base/busybox:1 AS first",
    "WORKDIR /x",
    "RUN true",
    "",
    "FROM slipway-base/busybox:1",
    "COPY --from=first /x /x",
    "RUN true && \\",
    "  echo last words && exit 9",
  ];

  test("a failure in a stage of a stream's Dockerfile has its place there", async () => {
    const text = stages.join("\n").replace("WORKDIR", `LABEL dev.slipway.test=${tests.id}\nWORKDIR`);
    const tar = tarOf({ "docker/app.Dockerfile": text });
    const { result } = build(tests.engine, tar, { builder, dockerfile: "docker/app.Dockerfile" });
    await expect(result).rejects.toMatchObject({
      code: "BUILD_FAILED",
      exitCode: 9,
      output: ["last words"],
      range: { file: "docker/app.Dockerfile", start: { line: 8 }, end: { line: 9 } },
    });
  });

  test("a failure in a folder's Dockerfile has its place, by a path that leads to it", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "slipway-place-"));
    try {
      const file = path.join(folder, "Dockerfile");
      await writeFile(file, `${tests.head()}COPY nowhere /\n`);
      const { result } = buildDirectory(tests.engine, folder, { builder });
      await expect(result).rejects.toMatchObject({
        code: "BUILD_SOURCE_NOT_FOUND",
        range: { file, start: { line: 4 } },
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("tags, labels and the target", async () => {
    const options = { builder, tags: [`${tests.id}:${builder}`], labels: { more: "yes" }, target: "first" };
    const text = `${tests.head().replace("busybox:1", "busybox:1 AS first")}RUN true\nFROM first\nRUN exit 1\n`;
    await build(tests.engine, tarOf({ Dockerfile: text }), options).result;
    const image = await inspectImage(tests.engine, `${tests.id}:${builder}`);
    expect(image?.Config.Labels).toMatchObject({ more: "yes" });
  });
});
