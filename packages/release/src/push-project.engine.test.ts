import { randomBytes } from "node:crypto";
import { load, type Project, toYaml } from "@slipway/compose";
import { connect, type Engine, inspectImage, pullImage, removeImage, tagImage } from "@slipway/transport";
import { testRegistry, type TestRegistry } from "@slipway/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pushProject } from "./push-project.ts";

const name = `push-${randomBytes(4).toString("hex")}`;
let engine: Engine;
let registry: TestRegistry;

beforeAll(async () => {
  engine = await connect();
  registry = await testRegistry();
  await registry.start();
  for (const service of ["web", "db"]) await tagImage(engine, "slipway-base/busybox:1", `${name}-${service}`);
});
afterAll(async () => {
  for (const service of ["web", "db"]) await removeImage(engine, `${name}-${service}`);
  await registry.remove();
  engine.close();
});

async function project(text: string): Promise<Project> {
  return (await load({ text: `name: ${name}\n${text}`, files: undefined } as never)).project;
}

const two = "services: { web: { build: . }, db: { build: . , environment: [A=1] } }\n";

async function names(): Promise<string[]> {
  const images = await engine.docker.listImages();
  return images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => tag.startsWith(registry.domain));
}

test("images by digest, and a compose file that pins them", async () => {
  const run = pushProject(await project(two), { engine, to: `${registry.domain}/{project}/{service}`, tag: "v1" });
  const pushed = new Set<string>();
  for await (const event of run) if (event.type === "pushed") pushed.add(event.service);
  const { images, project: pinned } = await run.result;
  expect(pushed).toEqual(new Set(["web", "db"]));
  expect(images["web"]).toMatch(new RegExp(`^${registry.domain}/${name}/web@sha256:[0-9a-f]{64}$`));
  const text = toYaml(pinned);
  const again = (await load({ text } as never)).project;
  expect(again.services["db"]).toMatchObject({ image: images["db"], environment: { A: "1" } });
  expect(again.services["db"]?.build).toBeUndefined();
  expect(await names()).toEqual([]);
  await pullImage(engine, images["web"] as string);
  expect((await inspectImage(engine, images["web"] as string))?.Id).toBe(
    (await inspectImage(engine, "slipway-base/busybox:1"))?.Id,
  );
  await removeImage(engine, images["web"] as string);
  const response = await fetch(`http://${registry.domain}/v2/${name}/db/tags/list`);
  expect(await response.json()).toEqual({ name: `${name}/db`, tags: ["v1"] });
});

test("a folder of a registry, without a pattern", async () => {
  const { images } = await pushProject(await project(two), { engine, to: `${registry.domain}/team` }).result;
  expect(Object.values(images).map((image) => image.split("@")[0])).toEqual([
    `${registry.domain}/team/web`,
    `${registry.domain}/team/db`,
  ]);
});

test("what cannot be pushed is said for all services before anything is", async () => {
  await expect(pushProject(await project(two), { engine }).result).rejects.toMatchObject({
    code: "RELEASE_BAD_VALUE",
    problems: [{ message: expect.stringContaining("web") }, { message: expect.stringContaining("db") }],
  });
  for (const images of [{}, { web: "a", db: "b" }]) {
    const one = pushProject(await project(two), { engine, to: `${registry.domain}/{project}`, images });
    await expect(one.result).rejects.toMatchObject({
      code: "RELEASE_BAD_VALUE",
      message: expect.stringContaining("one name"),
    });
  }
});

test("services of one image are pushed once, and nothing is left to be built", async () => {
  const image = `${name}-web`;
  const text =
    "services: { a: { image: i }, b: { image: i, build: ., pull_policy: build }, c: { image: i, pull_policy: never } }";
  const images = { a: image, b: image, c: image };
  const run = pushProject(await project(text), { engine, to: `${registry.domain}/{project}-one`, images });
  const pushed: string[] = [];
  for await (const event of run) if (event.type === "pushed") pushed.push(event.service);
  const { project: pinned, images: made } = await run.result;
  expect(pushed.toSorted()).toEqual(["a", "b", "c"]);
  expect(new Set(Object.values(made)).size).toBe(1);
  expect(pinned.services["b"]).not.toHaveProperty("pull_policy");
  expect(pinned.services["c"]).toMatchObject({ pull_policy: "never" });
  expect(await names()).toEqual([]);
});

test("a name that another image had stays with the one that was pushed", async () => {
  const to = `${registry.domain}/{service}`;
  const old = await engine.docker.getImage("slipway-base/node:lts").inspect();
  await tagImage(engine, "slipway-base/node:lts", `${registry.domain}/web:latest`);
  try {
    await pushProject(await project("services: { web: { build: . } }"), { engine, to }).result;
    const now = await inspectImage(engine, `${registry.domain}/web:latest`);
    expect(now?.Id).toBe((await inspectImage(engine, `${name}-web`))?.Id);
    expect(now?.Id).not.toBe(old.Id);
  } finally {
    await removeImage(engine, `${registry.domain}/web:latest`);
  }
});

test("an image that isn't there, and a registry that isn't: each service with its reason", async () => {
  const images = { web: `${name}-none` };
  const failed = pushProject(await project(two), { engine, images, to: `${registry.domain}/x` }).result;
  await expect(failed).rejects.toMatchObject({ code: "RELEASE_PUSH_FAILED", problems: { length: 1 } });
  await expect(failed).rejects.toThrow(`service web: the engine has no image ${name}-none`);
});
