import { randomBytes } from "node:crypto";
import { connect, type Engine } from "@slipway/transport";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixtureArchive } from "../test/fixture-archive.ts";
import { fixtureProject } from "../test/fixture-project.ts";
import { removeImages } from "../test/remove-images.ts";
import { buildProject, type ProjectBuild } from "./build-project.ts";
import type { ProjectEvent } from "./service-event.ts";

const runId = `multibuild-order-${randomBytes(4).toString("hex")}`;
const base = "slipway-base/busybox:1";
const from = (image: string, ...lines: string[]): string =>
  [`FROM ${image}`, `LABEL dev.slipway.test=${runId}`, ...lines, ""].join("\n");
let engine: Engine;

beforeAll(async () => {
  engine = await connect();
});

afterAll(async () => {
  await removeImages(engine, runId);
  const left = await engine.docker.listImages({ filters: { reference: ["slipway-context-*"] } });
  engine.close();
  if (left.length > 0) throw new Error(`helpers are left: ${left.map(({ RepoTags }) => String(RepoTags)).join(" ")}`);
});

async function eventsOf(run: ProjectBuild): Promise<ProjectEvent[]> {
  const events: ProjectEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

const at = (events: readonly ProjectEvent[], service: string, type: string): number =>
  events.findIndex((one) => one.service === service && one.event.type === type);

const logOf = (events: readonly ProjectEvent[], whose: string): string =>
  events.map(({ service, event }) => (service === whose && event.type === "log" ? event.data : "")).join("");

test.each(["buildkit", "classic"] as const)(
  "a service is built after those whose images it names, and not after others (%s)",
  async (builder) => {
    const name = `${runId}-${builder}`;
    const project = fixtureProject(
      {
        top: { build: { context: "top", additional_contexts: { lower: "service:middle", files: "files" } } },
        middle: { build: { context: "middle" } },
        bottom: { image: `${name}-own:1`, build: { context: "bottom" } },
        other: { build: { context: "other" } },
      },
      name,
    );
    const source = fixtureArchive({
      "top/Dockerfile": from("lower", "COPY --from=files / /files", "RUN cat /one /two; ls -a /files"),
      "middle/Dockerfile": from(`${name}-own:1`, "RUN echo two > /two"),
      "bottom/Dockerfile": from(base, "RUN echo one > /one"),
      "other/Dockerfile": from(base, "RUN echo other"),
      "files/Dockerfile": "no Dockerfile of ours",
      "files/.dockerignore": "*.md",
      "files/a.md": "",
      "files/b": "",
    });
    const run = buildProject(project, source, engine, { builder, noCache: true, pull: false });
    const events = await eventsOf(run);
    expect((await run.result).map(({ serviceName, successful }) => [serviceName, successful])).toEqual(
      ["top", "middle", "bottom", "other"].map((service) => [service, true]),
    );
    expect(logOf(events, "top").split("\n")).toEqual(expect.arrayContaining(["one", "two", "Dockerfile", "b"]));
    expect(logOf(events, "top")).not.toContain("a.md");
    expect(at(events, "middle", "assigned")).toBeGreaterThan(at(events, "bottom", "end"));
    expect(at(events, "top", "assigned")).toBeGreaterThan(at(events, "middle", "end"));
    expect(at(events, "other", "assigned")).toBeLessThan(at(events, "bottom", "end"));
    expect(at(events, "other", "waiting")).toBe(-1);
    expect(events[at(events, "top", "waiting")]?.event).toEqual({ type: "waiting", services: ["middle"] });
  },
);

test("what is built on an image that failed is not built, and the others are", async () => {
  const project = fixtureProject(
    {
      top: { build: { context: "top" } },
      bottom: { image: `${runId}-fails:1`, build: { context: "bottom" } },
      other: { build: { context: "other" } },
    },
    `${runId}-fails`,
  );
  const source = fixtureArchive({
    "top/Dockerfile": from(`${runId}-fails:1`),
    "bottom/Dockerfile": from(base, "RUN exit 5"),
    "other/Dockerfile": from(base, "RUN echo other"),
  });
  const [top, bottom, other] = await buildProject(project, source, engine).result;
  expect(top).toMatchObject({ successful: false, attempts: 0, error: { code: "MULTIBUILD_NOT_RUN" } });
  expect(String(top?.error)).toContain("service bottom, whose image it is built on, failed");
  expect(bottom).toMatchObject({ successful: false, attempts: 1, error: { code: "BUILD_FAILED", exitCode: 5 } });
  expect(other).toMatchObject({ successful: true });
});

test("a circle is told before anything is built", async () => {
  const name = `${runId}-circle`;
  const project = fixtureProject(
    { a: { build: { context: "a" } }, b: { build: { context: "b" } }, c: { build: { context: "c" } } },
    name,
  );
  const source = fixtureArchive({
    "a/Dockerfile": from(`${name}-b`),
    "b/Dockerfile": from(`${name}-a`),
    "c/Dockerfile": from(base),
  });
  const run = buildProject(project, source, engine);
  await expect(run.result).rejects.toMatchObject({
    code: "MULTIBUILD_CYCLE",
    message: expect.stringContaining("a → b → a"),
  });
});

test.each([
  [{ a: "service:a" }, "a → a"],
  [{ a: "service:b", b: "service:c", c: "service:a" }, "a → b → c → a"],
])("a circle of additional contexts %j is one also if no Dockerfile needs them", async (contexts, circle) => {
  const services = Object.entries(contexts).map(
    ([service, base]) => [service, { build: { context: ".", additional_contexts: { base } } }] as const,
  );
  const project = fixtureProject(Object.fromEntries(services), `${runId}-named-circle`);
  const run = buildProject(project, fixtureArchive({ Dockerfile: from(base) }), engine);
  await expect(run.result).rejects.toMatchObject({
    code: "MULTIBUILD_CYCLE",
    message: expect.stringContaining(`in a circle: ${circle}`),
  });
});

test("services with an equal build share it, each under its own name", async () => {
  const build = { context: "." };
  const project = fixtureProject(
    { a: { build }, b: { build }, c: { build: { ...build, args: { X: "1" } } } },
    `${runId}-same`,
  );
  const source = fixtureArchive({ Dockerfile: from(base, "ARG X=0", "RUN echo built $X") });
  const run = buildProject(project, source, engine, { noCache: true });
  const events = await eventsOf(run);
  const [a, b, c] = await run.result;
  expect(events[at(events, "b", "shared")]?.event).toEqual({ type: "shared", with: "a" });
  expect(b).toMatchObject({ successful: true, sharedWith: "a", name: `${runId}-same-b`, imageId: a?.imageId });
  expect(c?.imageId).not.toBe(a?.imageId);
  expect((await b?.getImage().inspect())?.Id).toBe(a?.imageId);
  expect(at(events, "b", "step")).toBe(-1);
});

test("a fault that may pass is tried again, and what is no such is not", async () => {
  const project = fixtureProject({ web: { build: { context: "." } } }, `${runId}-again`);
  const source = (): ReturnType<typeof fixtureArchive> =>
    fixtureArchive({ Dockerfile: from(base, "RUN exit 9"), big: Buffer.alloc(1_000_000) });
  const once = await buildProject(project, source(), engine).result;
  expect(once[0]).toMatchObject({ attempts: 1, successful: false });
  const run = buildProject(project, source(), engine, { retries: 1, retryOn: () => true, memoryLimit: 0 });
  const events = await eventsOf(run);
  expect((await run.result)[0]).toMatchObject({ attempts: 2, error: { code: "BUILD_FAILED", exitCode: 9 } });
  expect(events[at(events, "web", "retry")]?.event).toMatchObject({ attempt: 2, attempts: 2, delayMs: 1000 });
});

test("what no builder of the engine can do is refused before anything is built", async () => {
  const project = fixtureProject(
    {
      good: { build: { context: "." } },
      web: { build: { context: ".", cache_to: ["type=registry,ref=x"], network: "nowhere" } },
    },
    `${runId}-refused`,
  );
  const run = buildProject(project, fixtureArchive({ Dockerfile: from(base) }), engine, { builder: "buildkit" });
  await expect(run.result).rejects.toMatchObject({
    code: "MULTIBUILD_UNSUPPORTED",
    problems: [{ path: "services.web.build.network" }, { path: "services.web.build.cache_to" }],
  });
});
