import { randomBytes } from "node:crypto";
import { connect, type Engine } from "@slipway/transport";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixtureArchive } from "../test/fixture-archive.ts";
import { fixtureProject } from "../test/fixture-project.ts";
import { removeImages } from "../test/remove-images.ts";
import { buildProject } from "./build-project.ts";

const runId = `multibuild-secrets-${randomBytes(4).toString("hex")}`;
let engine: Engine;

beforeAll(async () => {
  engine = await connect();
});

afterAll(async () => {
  await removeImages(engine, runId);
  engine.close();
});

const project = fixtureProject({ web: { build: { context: "." } } }, runId);
const files = (...lines: string[]): Record<string, string> => ({
  Dockerfile: [
    "FROM slipway-base/busybox:1",
    `LABEL dev.slipway.test=${runId}`,
    `ENV RUN=${runId}`,
    "COPY . /context",
    ...lines,
    "",
  ].join("\n"),
  ".balena/balena.yml": "build-secrets: {services: {web: [{source: s.txt, dest: key}]}}",
  ".balena/secrets/s.txt": `hush-${runId}`,
});

test("a build secret is there while a step runs, for every user, and in no layer, history or log", async () => {
  const lines = [
    "RUN test ! -e /context/.balena",
    "USER 65534",
    "RUN grep -q hush- /run/secrets/key && cat /run/secrets/key",
  ];
  const run = buildProject(project, fixtureArchive(files(...lines)), engine);
  let said = "";
  for await (const event of run) said += JSON.stringify(event);
  const [image] = await run.result;
  expect(image).toMatchObject({ successful: true });
  const history = JSON.stringify(await image?.getImage().history());
  const archive = (await image?.getImage().get()) as AsyncIterable<Buffer>;
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk);
  expect(Buffer.concat(chunks).includes(`hush-${runId}`)).toBe(false);
  expect(history + said).not.toContain(`hush-${runId}`);
});

test("the classic builder, which could only put it into a layer, is refused", async () => {
  const { result } = buildProject(project, fixtureArchive(files("RUN true")), engine, { builder: "classic" });
  await expect(result).rejects.toMatchObject({
    code: "MULTIBUILD_UNSUPPORTED",
    message: expect.stringMatching(/service web: `build.secrets`/),
  });
});
