import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestRegistry } from "../test/registry.ts";
import { tarOf, TestRun } from "../test/test-run.ts";
import { build } from "./build.ts";

let tests: TestRun;
let registry: TestRegistry;
let count = 0;

beforeAll(async () => {
  tests = await TestRun.open("private");
  registry = await TestRegistry.start();
});
afterAll(async () => {
  await registry.stop();
  await tests.close();
});

/** An image that only the registry has. */
async function privateImage(): Promise<string> {
  const { imageId } = await build(tests.engine, tarOf({ Dockerfile: tests.head() }), { builder: "classic" }).result;
  const name = `private/base${count++}`;
  await registry.push(tests.engine, imageId, name);
  return `${registry.host}/${name}:1`;
}

describe.each(["buildkit", "classic"] as const)("%s", (builder) => {
  test("a private base image by credentials, asked for by its registry alone", async () => {
    const image = await privateImage();
    const dockerfile = `ARG BASE=${image}\nFROM \${BASE}\nLABEL dev.slipway.test=${tests.id}\nRUN true\n`;
    const asked: string[] = [];
    const registryAuth = (host: string): typeof registry.credentials | undefined => {
      asked.push(host);
      return host === registry.host ? registry.credentials : undefined;
    };
    const { result } = build(tests.engine, tarOf({ Dockerfile: dockerfile }), { builder, registryAuth });
    await expect(result).resolves.toMatchObject({ builder });
    expect(new Set(asked)).toEqual(new Set([registry.host]));
    await tests.engine.docker
      .getImage(image)
      .remove({ force: true })
      .catch(() => undefined);
  });

  test("credentials by name; those of other registries stay here", async () => {
    const image = await privateImage();
    const dockerfile = `FROM ${image}\nLABEL dev.slipway.test=${tests.id}\n`;
    const registryAuth = {
      [registry.host]: registry.credentials,
      "other.example": { username: "u", password: "never-to-be-sent" },
    };
    const { result } = build(tests.engine, tarOf({ Dockerfile: dockerfile }), { builder, registryAuth });
    await expect(result).resolves.toMatchObject({ builder });
    await tests.engine.docker
      .getImage(image)
      .remove({ force: true })
      .catch(() => undefined);
  });

  test.each([
    ["a wrong password", { username: "tester", password: "wr0ng-h0rse" }],
    ["none", undefined],
  ])("%s: the base image's error, with its place and without the password", async (_, credentials) => {
    const image = await privateImage();
    const dockerfile = `FROM slipway-base/busybox:1 AS first\nFROM ${image}\nLABEL dev.slipway.test=${tests.id}\n`;
    const { result } = build(tests.engine, tarOf({ Dockerfile: dockerfile }), {
      builder,
      registryAuth: () => credentials,
    });
    const error: unknown = await result.catch((failure: unknown) => failure);
    expect(error).toMatchObject({
      code: "BUILD_NO_BASE_IMAGE",
      range: { file: "Dockerfile", start: { line: 2 } },
    });
    const { message, stack } = error as Error;
    expect(`${message}${stack}`).not.toContain("wr0ng-h0rse");
  });
});
