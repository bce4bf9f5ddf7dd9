import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { connect, type Engine, inspectImage } from "@slipway/transport";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { buildProject, type ProjectBuild } from "./build-project.ts";
import { startFakeEngine } from "../test/fake-engine.ts";
import { fixtureArchive } from "../test/fixture-archive.ts";
import { fixtureProject } from "../test/fixture-project.ts";
import { removeImages } from "../test/remove-images.ts";
import type { LocalImage } from "./local-image.ts";
import { performBuilds } from "./perform-builds.ts";
import { performResolution } from "./perform-resolution.ts";
import type { ProjectEvent } from "./service-event.ts";
import { splitBuildStream } from "./split-build-stream.ts";

const runId = `multibuild-${randomBytes(4).toString("hex")}`;
const filters = { label: [`dev.slipway.test=${runId}`] };
const base = "slipway-base/busybox:1";
let engine: Engine;
let count = 0;

beforeAll(async () => {
  engine = await connect();
});

afterEach(async () => {
  const left = await engine.docker.listContainers({ all: true, filters });
  if (left.length > 0) throw new Error(`containers are left: ${left.map(({ Id }) => Id).join(" ")}`);
  const folders = (await readdir(tmpdir())).filter((name) => name.startsWith("slipway-spool-"));
  if (folders.length > 0) throw new Error(`temporary files are left: ${folders.join(" ")}`);
});

afterAll(async () => {
  await removeImages(engine, runId);
  engine.close();
});

/** A Dockerfile whose steps no earlier run has in its cache. */
function dockerfile(...lines: string[]): string {
  return `FROM ${base}\nLABEL dev.slipway.test=${runId}\nENV ONCE=${runId}-${count++}\n${lines.join("\n")}\n`;
}

async function eventsOf(run: ProjectBuild): Promise<ProjectEvent[]> {
  const events: ProjectEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

function logOf(events: readonly ProjectEvent[], service: string): string {
  return events
    .map(({ service: whose, event }) => (whose === service && event.type === "log" ? event.data : ""))
    .join("");
}

const images = (results: readonly LocalImage[]): [string, string, boolean][] =>
  results.map(({ serviceName, name, successful }) => [serviceName, name, successful]);

test("two services from one archive, one of them a template, and an image that is there", async () => {
  const project = fixtureProject(
    {
      web: { build: { context: "/app/web", args: { GREETING: "from-compose" } } },
      api: { image: `${runId}-own:1`, build: { context: "/app/api", labels: { mine: "yes" } } },
      cache: { image: base },
      again: { image: base },
    },
    runId,
  );
  const source = fixtureArchive({
    "web/Dockerfile.template": dockerfile(
      "ARG GREETING",
      "COPY . /web",
      "RUN echo $GREETING %%BALENA_SERVICE_NAME%% %%MINE%%; ls /web",
    ),
    "web/.dockerignore": "*.md",
    "web/a.md": "",
    "web/index.html": "",
    "api/Dockerfile": dockerfile("COPY big /big", "RUN wc -c < /big"),
    "api/big": Buffer.alloc(3_000_000, "x"),
  });
  const run = buildProject(project, source, engine, {
    root: "/app",
    variables: { MINE: "mine" },
    memoryLimit: 100_000,
  });
  const events = await eventsOf(run);
  const results = await run.result;
  expect(images(results)).toEqual([
    ["web", `${runId}-web`, true],
    ["api", `${runId}-own:1`, true],
    ["cache", base, true],
    ["again", base, true],
  ]);
  expect(logOf(events, "web")).toContain("from-compose web mine\nDockerfile\nDockerfile.template\nindex.html");
  expect(logOf(events, "api")).toContain("3000000");
  const ofWeb = events.flatMap(({ service, event }) => (service === "web" ? [event] : []));
  expect(ofWeb[0]).toEqual({ type: "resolved", resolver: "Dockerfile.template", path: "Dockerfile.template" });
  expect(ofWeb.at(-1)).toMatchObject({ type: "end", image: { serviceName: "web" } });

  const [web, api, cache] = results as [LocalImage, LocalImage, LocalImage];
  expect(web).toMatchObject({
    external: false,
    projectType: "Dockerfile.template",
    baseImageTags: [base],
  });
  expect(web.endTime).toBeGreaterThanOrEqual(web.startTime);
  expect(cache).toMatchObject({ external: true, imageId: (await inspectImage(engine, base))?.Id });
  const inspected = await api.getImage().inspect();
  expect(inspected.Id).toBe(api.imageId);
  expect(inspected.Config.Labels).toMatchObject({
    mine: "yes",
    "com.docker.compose.project": runId,
    "com.docker.compose.service": "api",
  });
  await web.deleteImage();
  expect(await inspectImage(engine, `${runId}-web`)).toBeUndefined();
});

test.each(["buildkit", "classic"] as const)("one that fails does no harm to the others (%s)", async (builder) => {
  const project = fixtureProject(
    {
      bad: { build: { context: "bad" } },
      good: { build: { context: "good" } },
      gone: { image: "nowhere.invalid/x:1" },
    },
    runId,
  );
  const source = fixtureArchive({
    "bad/Dockerfile": dockerfile("RUN echo before; exit 7"),
    "good/Dockerfile": dockerfile("RUN echo well"),
  });
  const [bad, good, gone] = (await buildProject(project, source, engine, { builder }).result) as [
    LocalImage,
    LocalImage,
    LocalImage,
  ];
  expect(bad).toMatchObject({ successful: false, imageId: undefined, error: { code: "BUILD_FAILED", exitCode: 7 } });
  expect(good).toMatchObject({ successful: true });
  expect(gone).toMatchObject({ successful: false, error: { code: "TRANSPORT_PULL_FAILED" } });
});

test("with failFast the first failure ends the others, and says so", async () => {
  const project = fixtureProject(
    { bad: { build: { context: "bad" } }, slow: { build: { context: "slow" } }, never: { build: { context: "slow" } } },
    runId,
  );
  const source = fixtureArchive({
    "bad/Dockerfile": dockerfile("RUN exit 3"),
    "slow/Dockerfile": dockerfile("RUN sleep 100"),
  });
  const [bad, slow, never] = await buildProject(project, source, engine, { failFast: true, concurrency: 2 }).result;
  expect(bad).toMatchObject({ successful: false, error: { code: "BUILD_FAILED" } });
  for (const image of [slow, never]) {
    expect(image).toMatchObject({
      successful: false,
      error: { code: "MULTIBUILD_NOT_RUN", message: expect.stringContaining("service bad failed") },
    });
  }
});

test.each(["buildkit", "classic"] as const)("an abort in the middle leaves nothing (%s)", async (builder) => {
  const project = fixtureProject(
    { one: { build: { context: "one" } }, two: { build: { context: "two" } } },
    `${runId}-aborted`,
  );
  const source = fixtureArchive({
    "one/Dockerfile": dockerfile("RUN echo running; sleep 100"),
    "two/Dockerfile": dockerfile("RUN echo running; sleep 100"),
    "two/big": Buffer.alloc(1_000_000),
  });
  const abort = new AbortController();
  const reason = new Error("enough");
  const run = buildProject(project, source, engine, { builder, signal: abort.signal, memoryLimit: 0 });
  const running = new Set<string>();
  const iterated = (async () => {
    for await (const { service, event } of run) {
      if (event.type === "log" && service !== undefined) running.add(service);
      if (running.size === 2) abort.abort(reason);
    }
  })();
  await expect(run.result).rejects.toBe(reason);
  await expect(iterated).rejects.toBe(reason);
  expect(await inspectImage(engine, `${runId}-aborted-one`)).toBeUndefined();
  expect(await inspectImage(engine, `${runId}-aborted-two`)).toBeUndefined();
});

test("a project that cannot be built as it is builds nothing", async () => {
  const project = fixtureProject(
    { good: { build: { context: "good" } }, bad: { build: { context: "bad" } } },
    `${runId}-none`,
  );
  const source = fixtureArchive({ "good/Dockerfile": dockerfile(), "bad/dockerfile": "" });
  const run = buildProject(project, source, engine);
  await expect(eventsOf(run)).rejects.toMatchObject({ code: "RESOLVE_NO_DOCKERFILE" });
  await expect(run.result).rejects.toMatchObject({ hint: expect.stringContaining("did you mean `dockerfile`") });
  expect(await inspectImage(engine, `${runId}-none-good`)).toBeUndefined();
});

test("from a folder, each context by its own ignore file, also one that lies beside it", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-test-"));
  try {
    for (const name of ["project/web", "shared"]) await mkdir(path.join(folder, name), { recursive: true });
    await writeFile(path.join(folder, "project/.dockerignore"), "web\n");
    await writeFile(
      path.join(folder, "project/web/Dockerfile.template"),
      dockerfile("COPY . /w", "RUN ls -a /w; echo %%BALENA_ARCH%%"),
    );
    await writeFile(path.join(folder, "project/web/Dockerfile"), "this is not it");
    await writeFile(path.join(folder, "shared/Dockerfile"), dockerfile("RUN echo shared"));
    const project = fixtureProject(
      { web: { build: { context: "./web" } }, shared: { build: { context: path.join(folder, "shared") } } },
      runId,
    );
    const run = buildProject(project, { directory: path.join(folder, "project") }, engine, { architecture: "rpi" });
    const events = await eventsOf(run);
    expect(images(await run.result)).toEqual([
      ["web", `${runId}-web`, true],
      ["shared", `${runId}-shared`, true],
    ]);
    expect(logOf(events, "web")).toContain("Dockerfile\nDockerfile.resolved\nDockerfile.template\nrpi");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the flow of old: split, resolve, hooks, build; then the tasks are used up", async () => {
  const project = fixtureProject({ web: { build: { context: "." } }, cache: { image: base } }, runId);
  const source = fixtureArchive({
    "Dockerfile.template": dockerfile("RUN echo hello %%RESIN_MACHINE_NAME%%"),
    big: Buffer.alloc(300_000),
  });
  const tasks = await performResolution(await splitBuildStream(project, source), "amd64", "intel-nuc");
  let output = "";
  for (const task of tasks) {
    if (task.external) continue;
    task.streamHook = (stream) => stream.on("data", (data: string) => (output += data));
  }
  const results = await performBuilds(tasks, engine.docker);
  expect(images(results)).toEqual([
    ["web", `${runId}-web`, true],
    ["cache", base, true],
  ]);
  expect(output).toContain("hello intel-nuc\n");
  expect(output).toContain("RUN echo hello intel-nuc");
  const [again] = await performBuilds(tasks, engine.docker);
  expect(again).toMatchObject({ successful: false, error: { code: "MULTIBUILD_TASK_NOT_READY" } });
});

test("an engine that cannot be reached is an exception", async () => {
  const gone = await startFakeEngine({ architecture: "amd64" });
  await gone.stop();
  const project = fixtureProject({ web: { build: { context: "." } } }, runId);
  const source = fixtureArchive({ Dockerfile: dockerfile() });
  const run = buildProject(project, source, gone.engine, { architecture: "amd64" });
  await expect(run.result).rejects.toMatchObject({ code: "TRANSPORT_CONNECTION_LOST" });
});

test("a damaged archive is the whole run's error", async () => {
  const project = fixtureProject({ web: { build: { context: "." } } }, runId);
  const run = buildProject(project, Readable.from([Buffer.alloc(700, 1)]), engine);
  await expect(run.result).rejects.toMatchObject({ code: "CONTEXT_BAD_ARCHIVE" });
});
