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

test.each(["buildkit", "classic"] as const)("a template too is built of the folder, with %s", async (builder) => {
  for (let i = 0; i < 20; i++) await put(`web/f${i}`, `${runId} ${i} ${builder}`);
  await put("web/docker/z", "z");
  await put("web/.dockerignore", "f1?\n");
  const look = "RUN echo %%NAME%% && cd /w && ls -a . docker && cat docker/Dockerfile";
  await put("web/docker/Dockerfile.template", `${head}COPY . /w\n${look}\n`);
  const project = fixtureProject({ web: { build: { context: "web", dockerfile: "docker/Dockerfile" } } }, runId);
  const built = async (name: string): Promise<{ sent: number | undefined; said: string[] }> => {
    const run = buildProject(project, { directory: folder }, engine, {
      builder,
      variables: { NAME: name },
      noCache: true,
    });
    let said = "";
    for await (const { event } of run) if (event.type === "log") said += event.data;
    const [image] = await run.result;
    expect(image?.error).toBeUndefined();
    return { sent: image?.build?.sent?.files, said: said.split("\n") };
  };
  const first = await built("one");
  const names = ["f0", "f9", "docker:", "Dockerfile", "Dockerfile.template", "z", look.replace("%%NAME%%", "one")];
  expect(first.said).toEqual(expect.arrayContaining(["one", ...names]));
  expect(first.said).not.toContain("f10");
  const again = await built("one");
  expect(again.said).toEqual(first.said);
  // As long as before, and another one.
  const other = await built("two");
  expect(other.said).toEqual(expect.arrayContaining(["two", look.replace("%%NAME%%", "two")]));
  const sent = [first, again, other].map((build) => build.sent);
  if (builder === "classic") expect(sent).toEqual([undefined, undefined, undefined]);
  else expect([(sent[0] ?? 0) > 10, ...sent.slice(1)]).toEqual([true, 0, 2]);
});

test("the project's metadata is part of no context, whichever way it goes", async () => {
  await put(".balena/balena.yml", "build-variables: {global: {A: metadata}}");
  await put("Dockerfile", `${head}ARG A\nCOPY . /w\nRUN test $A = metadata && test ! -e /w/.balena && ls -A /w\n`);
  const project = fixtureProject({ web: { build: { context: "." } } }, runId);
  const [image] = await buildProject(project, { directory: folder }, engine).result;
  expect([image?.error, image?.successful]).toEqual([undefined, true]);
});
