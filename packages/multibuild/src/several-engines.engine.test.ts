import { randomBytes } from "node:crypto";
import { connect, type Engine, inspectImage, loadImages, saveImages } from "@slipway/transport";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { fixtureArchive } from "../test/fixture-archive.ts";
import { fixtureProject } from "../test/fixture-project.ts";
import { type OwnEngine, startOwnEngine } from "../test/own-engine.ts";
import { removeImages } from "../test/remove-images.ts";
import { buildProject } from "./build-project.ts";
import type { ProjectEvent } from "./service-event.ts";

const runId = `multibuild-several-${randomBytes(4).toString("hex")}`;
const base = "slipway-base/busybox:1";
const dockerfile = (from: string, ...lines: string[]): string =>
  [`FROM ${from}`, `LABEL dev.slipway.test=${runId}`, `ENV ONCE=${runId}`, ...lines, ""].join("\n");
let engine: Engine;
let own: OwnEngine;

beforeAll(async () => {
  engine = await connect();
});

beforeEach(async () => {
  own = await startOwnEngine();
  await loadImages(own.engine, await saveImages(engine, [base]));
}, 60_000);

afterEach(async () => {
  await own.kill();
  await own.clean();
});

afterAll(async () => {
  await removeImages(engine, runId);
  engine.close();
});

const network = "none";
const names = ["a", "b", "c", "d"];

test("services are spread, and what they are built on comes along", { timeout: 60_000 }, async () => {
  const project = fixtureProject(
    {
      low: { image: `${runId}-low:1`, build: { context: "low", network } },
      ...Object.fromEntries(names.map((name) => [name, { build: { context: name, network } }])),
    },
    `${runId}-spread`,
  );
  const source = fixtureArchive({
    "low/Dockerfile": dockerfile(base, "RUN echo low > /low"),
    ...Object.fromEntries(
      names.map((name) => [`${name}/Dockerfile`, dockerfile(`${runId}-low:1`, `RUN cat /low; echo ${name}`)]),
    ),
  });
  const run = buildProject(project, source, [engine, own.engine], { concurrency: 2 });
  const transfers: ProjectEvent[] = [];
  for await (const event of run) if (event.event.type === "transfer") transfers.push(event);
  const images = await run.result;
  expect(images.map(({ successful }) => successful)).toEqual([true, true, true, true, true]);
  const hosts = images.slice(1).map((image) => image.engine);
  expect(new Set(hosts)).toEqual(new Set([engine.host, own.engine.host]));
  expect(transfers).toHaveLength(1);
  expect(transfers[0]?.event).toMatchObject({ image: `${runId}-low:1`, from: images[0]?.engine });
  for (const image of images) {
    const where = image.engine === engine.host ? engine : own.engine;
    expect((await inspectImage(where, image.name))?.Id).toBe(image.imageId);
  }
});

test.each(["buildkit", "classic"] as const)(
  "what was built on an engine that goes away is built on another (%s)",
  { timeout: 60_000 },
  async (builder) => {
    const project = fixtureProject(
      Object.fromEntries(names.map((name) => [name, { build: { context: name, network } }])),
      `${runId}-moved-${builder}`,
    );
    const source = fixtureArchive(
      Object.fromEntries(
        names.map((name) => [`${name}/Dockerfile`, dockerfile(base, `RUN echo running ${builder} ${name}; sleep 3`)]),
      ),
    );
    const run = buildProject(project, source, [engine, own.engine], { builder, memoryLimit: 0 });
    const events: ProjectEvent[] = [];
    const onOwn = new Set<string>();
    let killed = false;
    for await (const one of run) {
      events.push(one);
      const { service = "", event } = one;
      if (event.type === "assigned" && event.engine === own.engine.host) onOwn.add(service);
      if (killed || event.type !== "log" || !onOwn.has(service) || !event.data.includes("running")) continue;
      killed = true;
      await own.kill();
    }
    const images = await run.result;
    expect(images.map(({ successful, engine: host }) => [successful, host])).toEqual(
      names.map(() => [true, engine.host]),
    );
    const lost = events.filter(({ event }) => event.type === "engine-lost");
    expect(lost.map(({ event }) => event)).toMatchObject([{ engine: own.engine.host, error: expect.any(Error) }]);
    const moved = events.flatMap(({ service, event }) => (event.type === "moved" ? [service] : []));
    expect(new Set(moved)).toEqual(onOwn);
    expect(onOwn.size).toBe(2);
  },
);
