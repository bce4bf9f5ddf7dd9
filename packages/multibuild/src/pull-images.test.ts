import { Readable } from "node:stream";
import type { Dockerode, Engine } from "@slipway/transport";
import { expect, test } from "vitest";
import { performBuilds } from "./perform-builds.ts";
import type { BuildTask } from "./build-task.ts";

/** An engine without images, whose pulls say what they were given. */
function fakeEngine(): { engine: Engine; pulls: unknown[] } {
  const pulls: unknown[] = [];
  const docker = {
    getImage: () => ({ inspect: () => Promise.reject(Object.assign(new Error("none"), { statusCode: 404 })) }),
    pull: (name: string, { authconfig }: { authconfig?: unknown }) => {
      pulls.push([name, authconfig]);
      return Promise.resolve(Readable.from([`{"id":"layer","status":"Downloading"}\n{"status":"done"}\n`]));
    },
  };
  const engine = { docker: docker as unknown as Dockerode, host: "fake", source: "fake", close: () => undefined };
  return { engine, pulls };
}

test("an image is pulled once, with its own registry's credentials, and its progress goes to all who have it", async () => {
  const { engine, pulls } = fakeEngine();
  const progress: string[] = [];
  const tasks = ["a", "b", "c"].map((serviceName): BuildTask => ({
    serviceName,
    external: true,
    resolved: false,
    imageName: serviceName === "c" ? "other.io/x" : "mine.io/x:1",
    progressHook: (said) => progress.push(`${serviceName} ${said.toString()}`),
  }));
  const registrySecrets = { "mine.io": { username: "u", password: "p" }, "third.io": { username: "t", password: "t" } };
  const images = await performBuilds(tasks, engine, { registrySecrets });
  expect(images.map(({ successful, name }) => [name, successful])).toEqual([
    ["mine.io/x:1", true],
    ["mine.io/x:1", true],
    ["other.io/x", true],
  ]);
  expect(pulls).toEqual([
    ["mine.io/x:1", { username: "u", password: "p", serveraddress: "mine.io" }],
    ["other.io/x:latest", undefined],
  ]);
  expect(progress.toSorted()).toEqual(
    ["a", "b", "c"].flatMap((name) => [`${name} done`, `${name} layer: Downloading`]),
  );
});
