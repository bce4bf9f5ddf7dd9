import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { connect, type Engine, inspectImage } from "@slipway/transport";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixtureArchive } from "../test/fixture-archive.ts";
import { fixtureProject } from "../test/fixture-project.ts";
import { type OwnEngine, startOwnEngine } from "../test/own-engine.ts";
import { removeImages } from "../test/remove-images.ts";
import { buildProject } from "./build-project.ts";
import { performBuilds } from "./perform-builds.ts";
import { performResolution } from "./perform-resolution.ts";
import { splitBuildStream } from "./split-build-stream.ts";

const runId = `multibuild-faults-${randomBytes(4).toString("hex")}`;
const base = "slipway-base/busybox:1";
const filters = { label: [`dev.slipway.test=${runId}`] };
const dockerfile = (...lines: string[]): string =>
  [`FROM ${base}`, `LABEL dev.slipway.test=${runId}`, `ENV RUN=${runId}`, ...lines, ""].join("\n");
let engine: Engine;

beforeAll(async () => {
  engine = await connect();
});

afterAll(async () => {
  await removeImages(engine, runId);
  const left = await engine.docker.listContainers({ all: true, filters });
  const folders = (await readdir(tmpdir())).filter((name) => name.startsWith("slipway-spool-"));
  engine.close();
  if (left.length + folders.length > 0) throw new Error(`left: ${left.length} containers, ${folders.join(" ")}`);
});

const ten = Array.from({ length: 10 }, (_, i) => `s${i}`);
const projectOfTen = (name: string): ReturnType<typeof fixtureProject> =>
  fixtureProject(Object.fromEntries(ten.map((service) => [service, { build: { context: service } }])), name);

test("one failing service among ten does no harm to the nine", async () => {
  const files = ten.map((name, i) => [`${name}/Dockerfile`, dockerfile(i === 3 ? "RUN exit 3" : `RUN echo ${name}`)]);
  const source = fixtureArchive(Object.fromEntries(files) as Record<string, string>);
  const images = await buildProject(projectOfTen(`${runId}-ten`), source, engine, { concurrency: 4 }).result;
  expect(images.map(({ successful }) => successful)).toEqual(ten.map((_, i) => i !== 3));
  expect(images[3]).toMatchObject({ imageId: undefined, error: { code: "BUILD_FAILED", exitCode: 3 } });
  for (const image of images) if (image.successful) await image.deleteImage();
});

test.each(["buildkit", "classic"] as const)(
  "a service that takes too long is ended, and the others go on (%s)",
  async (builder) => {
    const source = fixtureArchive({
      "s0/Dockerfile": dockerfile("RUN sleep 100"),
      "s1/Dockerfile": dockerfile("LABEL quick=yes"),
    });
    const project = fixtureProject(
      { s0: { build: { context: "s0" } }, s1: { build: { context: "s1" } } },
      `${runId}-slow`,
    );
    const [slow, quick] = await buildProject(project, source, engine, { timeoutMs: 15_000, builder }).result;
    expect(slow).toMatchObject({ successful: false, error: { code: "MULTIBUILD_TIMED_OUT" } });
    expect(quick).toMatchObject({ successful: true });
  },
);

test("two runs of one project at once do not meet", async () => {
  const files = (which: string): Record<string, string> => ({
    Dockerfile: dockerfile(`LABEL which=${which}`, `RUN echo ${which}`),
    "big/file": which.repeat(100_000),
  });
  const build = (which: string): Promise<readonly { imageId: string | undefined }[]> =>
    buildProject(
      fixtureProject({ web: { build: { context: "." } } }, `${runId}-two`),
      fixtureArchive(files(which)),
      engine,
      { memoryLimit: 0 },
    ).result;
  const results = await Promise.all(["a", "b"].map(build));
  for (const [i, which] of ["a", "b"].entries()) {
    const image = await inspectImage(engine, results[i]?.[0]?.imageId ?? "");
    expect(image?.Config.Labels).toMatchObject({ which });
  }
});

test("build variables of the metadata go before those of the composition, and those of the call before both", async () => {
  const source = fixtureArchive({
    Dockerfile: dockerfile("ARG A", "ARG B", "ARG C", "LABEL A=$A B=$B C=$C"),
    ".balena/balena.yml": "build-variables: {global: {B: metadata, C: metadata}}",
  });
  const args = { A: "own", B: "own", C: "own" };
  const project = fixtureProject({ web: { build: { context: ".", args } } }, `${runId}-args`);
  const [image] = await buildProject(project, source, engine, { buildArgs: { C: "call" } }).result;
  const { Config } = await (image?.getImage().inspect() ?? Promise.reject(new Error("no image")));
  expect(Config.Labels).toMatchObject({ A: "own", B: "metadata", C: "call" });
});

test("hooks get the output as it comes; one that does not read holds nothing up", async () => {
  const project = fixtureProject({ web: { build: { context: "." } }, api: { build: { context: "." } } }, runId);
  const source = fixtureArchive({ Dockerfile: dockerfile("RUN seq 1 100000") });
  const tasks = await performResolution(await splitBuildStream(project, source), "amd64", "generic-amd64");
  let output = "";
  let unread = 0;
  const [web, api] = tasks;
  if (web) web.streamHook = (stream) => stream.on("data", (data: string) => (output += data));
  if (api) api.streamHook = () => unread++;
  const images = await performBuilds(tasks, engine.docker, { noCache: true });
  expect(images.map(({ successful }) => successful)).toEqual([true, true]);
  expect(output).toContain("100000\n");
  expect(unread).toBe(1);
});

test("an engine that dies in the middle of ten builds is an exception, and nothing hangs", async () => {
  let own: OwnEngine | undefined;
  try {
    own = await startOwnEngine();
    const archive = (await engine.docker.getImage(base).get()) as NodeJS.ReadableStream;
    const loading = await own.engine.docker.loadImage(archive);
    for await (const _ of loading) continue;
    const services = Object.fromEntries(
      ten.map((name) => [name, { build: { context: ".", network: "none" } }] as const),
    );
    const source = fixtureArchive({
      Dockerfile: dockerfile("RUN echo running; sleep 100"),
      big: Buffer.alloc(3_000_000),
    });
    const run = buildProject(fixtureProject(services, `${runId}-dies`), source, own.engine, {
      builder: "classic",
      memoryLimit: 0,
    });
    let killed = false;
    const iterated = (async () => {
      for await (const { event } of run) {
        if (event.type !== "log" || !event.data.includes("running") || killed) continue;
        killed = true;
        await own?.kill();
      }
    })();
    await expect(run.result).rejects.toMatchObject({ code: expect.stringMatching(/^TRANSPORT_/) });
    await expect(iterated).rejects.toBeDefined();
    expect(killed).toBe(true);
  } finally {
    await own?.kill();
    await own?.clean();
  }
});
