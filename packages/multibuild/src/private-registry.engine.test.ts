import { randomBytes } from "node:crypto";
import { build } from "@slipway/build";
import { connect, type Engine } from "@slipway/transport";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fixtureArchive } from "../test/fixture-archive.ts";
import { fixtureProject } from "../test/fixture-project.ts";
import { TestRegistry } from "../test/registry.ts";
import { removeImages } from "../test/remove-images.ts";
import { buildProject } from "./build-project.ts";

const runId = `multibuild-registry-${randomBytes(4).toString("hex")}`;
const label = `LABEL dev.slipway.test=${runId}`;
let engine: Engine;
let registry: TestRegistry;
let count = 0;

beforeAll(async () => {
  engine = await connect();
  registry = await TestRegistry.start();
});

afterAll(async () => {
  await registry.stop();
  await removeImages(engine, runId);
  engine.close();
});

/** An image that only the registry has. */
async function privateImage(): Promise<string> {
  const dockerfile = `FROM slipway-base/busybox:1\n${label}\nENV N=${runId}-${count}\n`;
  const { imageId } = await build(engine, fixtureArchive({ Dockerfile: dockerfile }), { builder: "classic" }).result;
  const name = `private/image${count++}`;
  await registry.push(engine, imageId, name);
  return `${registry.host}/${name}:1`;
}

const secretsFile = (password: string): string =>
  JSON.stringify({
    [registry.host]: { username: "tester", password },
    "https://other.example/v1/": { username: "u", password: "never-to-be-sent" },
  });

describe.each(["buildkit", "classic"] as const)("%s", (builder) => {
  test("a private base image and a private service, by the project's registry secrets", async () => {
    const [base, service] = [await privateImage(), await privateImage()];
    const project = fixtureProject(
      { web: { build: { context: "." } }, cache: { image: service } },
      `${runId}-${builder}`,
    );
    const source = fixtureArchive({
      Dockerfile: `FROM ${base}\n${label}\nRUN echo built\n`,
      ".balena/registry-secrets.json": secretsFile(registry.credentials.password),
    });
    let said = "";
    const run = buildProject(project, source, engine, { builder });
    for await (const event of run) said += JSON.stringify(event);
    const images = await run.result;
    expect(images.map(({ successful }) => successful)).toEqual([true, true]);
    expect(images[1]?.imageId).toMatch(/^sha256:/);
    expect(said).toContain('"type":"pull"');
    expect(said).not.toMatch(/c0rrect-horse|never-to-be-sent/);
    for (const image of images) await image.deleteImage();
  });

  test("a wrong password is each service's own failure, and tried once", async () => {
    const image = await privateImage();
    const project = fixtureProject({ web: { build: { context: "." } }, cache: { image } }, `${runId}-${builder}`);
    const source = fixtureArchive({ Dockerfile: `FROM ${image}\n${label}\n` });
    const registrySecrets = { [registry.host]: { username: "tester", password: "wr0ng-h0rse" } };
    const images = await buildProject(project, source, engine, { builder, registrySecrets }).result;
    expect(images).toMatchObject([
      { successful: false, attempts: 1, error: { code: "BUILD_NO_BASE_IMAGE" } },
      { successful: false, attempts: 1, error: { code: "TRANSPORT_PULL_FAILED" } },
    ]);
    expect(images.map(({ error }) => String(error)).join("")).not.toContain("wr0ng-h0rse");
  });
});
