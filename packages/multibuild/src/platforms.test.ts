import { afterEach, beforeEach, expect, test } from "vitest";
import { type FakeEngine, startFakeEngine } from "../test/fake-engine.ts";
import type { BuildTask } from "./build-task.ts";
import { performBuilds } from "./perform-builds.ts";

const lists = {
  "multi.io/x:1": [
    { os: "linux", architecture: "amd64" },
    { os: "linux", architecture: "arm", variant: "v7" },
    { os: "unknown", architecture: "unknown" },
  ],
  "single.io/x:1": [{ os: "linux", architecture: "amd64" }],
};
let amd64: FakeEngine;
let arm64: FakeEngine;

beforeEach(async () => {
  amd64 = await startFakeEngine({ architecture: "amd64", lists });
  arm64 = await startFakeEngine({ architecture: "arm64", lists });
});

afterEach(async () => {
  await amd64.stop();
  await arm64.stop();
});

const pull = (imageName: string, more: Partial<BuildTask> = {}): BuildTask => ({
  serviceName: imageName,
  external: true,
  resolved: false,
  imageName,
  ...more,
});

test("each platform goes to the engine that runs it natively, and others to whichever is free", async () => {
  const platforms = ["linux/arm64", "linux/amd64", "linux/386", "linux/arm64/v8"];
  const tasks = platforms.map((dockerPlatform, i) => pull(`x.io/${i}`, { dockerPlatform }));
  const assigned: unknown[] = [];
  const images = await performBuilds(
    [...tasks, pull("x.io/s", { dockerPlatform: "linux/s390x" })],
    [amd64.engine, arm64.engine],
    {
      onEvent: ({ event }) => void (event.type === "assigned" && assigned.push([event.platform, event.runs])),
    },
  );
  expect(images.slice(0, 4).map(({ engine }) => engine)).toEqual([
    arm64.engine.host,
    amd64.engine.host,
    amd64.engine.host,
    arm64.engine.host,
  ]);
  expect(assigned).toEqual([...platforms.map((platform) => [platform, "natively"]), ["linux/s390x", "unknown"]]);
});

test("an image that is not there for the platform is told with those that there are, before it is pulled", async () => {
  const tasks = [
    pull("multi.io/x:1", { dockerPlatform: "linux/arm64" }),
    pull("multi.io/x:1", { serviceName: "v7", dockerPlatform: "linux/arm/v7" }),
  ];
  const [none, v7] = await performBuilds(tasks, amd64.engine);
  expect(none).toMatchObject({ successful: false, error: { code: "MULTIBUILD_NO_PLATFORM" } });
  expect(String(none?.error)).toContain(
    "the image multi.io/x:1 is not there for linux/arm64, but for linux/amd64, linux/arm/v7",
  );
  expect(v7?.successful).toBe(true);
  expect(amd64.pulls).toEqual(["multi.io/x linux/arm/v7"]);
});

test("a platform that is but preferred is asked for only where the image is there for it", async () => {
  const tasks = ["multi.io/x:1", "single.io/x:1", "unknown.io/x:1"].map((name) =>
    pull(name, { preferredPlatform: "linux/arm/v7" }),
  );
  await performBuilds(tasks, amd64.engine, { concurrency: 1 });
  expect(amd64.pulls).toEqual(["multi.io/x linux/arm/v7", "single.io/x null", "unknown.io/x null"]);
});

test("a pull that nobody has time for any more is ended", async () => {
  amd64.holdPulls = true;
  const tasks = [pull("x.io/x:1"), pull("x.io/x:1", { serviceName: "again" })];
  const images = await performBuilds(tasks, amd64.engine, { timeoutMs: 300 });
  expect(images.map(({ error }) => error)).toMatchObject([
    { code: "MULTIBUILD_TIMED_OUT" },
    { code: "MULTIBUILD_TIMED_OUT" },
  ]);
  expect(amd64.pulls).toHaveLength(1);
  await expect.poll(() => amd64.open()).toBe(0);
});

test("no more go on at once on an engine than were allowed, and with one engine the tasks stay as they are", async () => {
  const tasks = Array.from({ length: 12 }, (_, i) => Object.freeze(pull(`x.io/${i}`)));
  let running = 0;
  let most = 0;
  const images = await performBuilds(tasks, amd64.engine, {
    concurrency: 3,
    onEvent: ({ event }) => {
      if (event.type === "assigned") most = Math.max(most, ++running);
      if (event.type === "end") running -= 1;
    },
  });
  expect(images.every(({ successful }) => successful)).toBe(true);
  expect([most, running]).toEqual([3, 0]);
});

test("of several engines, one that cannot be reached at first is done without, and told of", async () => {
  const host = arm64.engine.host;
  await arm64.stop();
  const lost: unknown[] = [];
  const [image] = await performBuilds([pull("x.io/x:1")], [arm64.engine, amd64.engine], {
    onEvent: ({ event }) => void (event.type === "engine-lost" && lost.push(event.engine)),
  });
  expect(image).toMatchObject({ successful: true, engine: amd64.engine.host });
  expect(lost).toEqual([host]);
  await amd64.stop();
  await expect(performBuilds([pull("x.io/x:1")], [arm64.engine, amd64.engine])).rejects.toMatchObject({
    code: expect.stringMatching(/^TRANSPORT_/),
  });
});
