import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect, type Engine } from "@slipway/transport";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { fixtureProject } from "../test/fixture-project.ts";
import { removeImages } from "../test/remove-images.ts";
import { buildProject } from "./build-project.ts";

const runId = `multibuild-folder-${randomBytes(4).toString("hex")}`;
const head = `FROM slipway-base/busybox:1\nLABEL dev.slipway.test=${runId}\n`;
let engine: Engine;
let folder: string;

beforeAll(async () => {
  engine = await connect();
});
afterAll(async () => {
  await removeImages(engine, runId);
  engine.close();
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-test-"));
});
afterEach(() => rm(folder, { recursive: true }));

const put = async (name: string, content: string): Promise<void> => {
  await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
  await writeFile(path.join(folder, name), content);
};

test("of a folder BuildKit is sent what has changed", async () => {
  for (let i = 0; i < 20; i++) await put(`web/f${i}`, `${runId} ${i}`);
  await put("web/Dockerfile", `${head}COPY . /w\n`);
  await put("other/f", runId);
  await put("other/one.Dockerfile", `${head}COPY f /w\n`);
  const project = fixtureProject(
    { web: { build: { context: "web" } }, other: { build: { context: "other", dockerfile: "one.Dockerfile" } } },
    runId,
  );
  const sent = async (): Promise<(number | undefined)[]> => {
    const images = await buildProject(project, { directory: folder }, engine, { builder: "buildkit" }).result;
    expect(images.map(({ error }) => error)).toEqual([undefined, undefined]);
    return images.map((image) => image.build?.sent?.files);
  };
  expect((await sent())[0]).toBeGreaterThanOrEqual(20);
  expect(await sent()).toEqual([0, 0]);
  await put("web/f7", "changed, and longer than before");
  expect(await sent()).toEqual([1, 0]);
});

test("the project's metadata is part of no context, whichever way it goes", async () => {
  await put(".balena/balena.yml", "build-variables: {global: {A: metadata}}");
  await put("Dockerfile", `${head}ARG A\nCOPY . /w\nRUN test $A = metadata && test ! -e /w/.balena && ls -A /w\n`);
  const project = fixtureProject({ web: { build: { context: "." } } }, runId);
  const [image] = await buildProject(project, { directory: folder }, engine).result;
  expect([image?.error, image?.successful]).toEqual([undefined, true]);
});
