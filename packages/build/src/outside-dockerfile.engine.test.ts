import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventsOf, outputOf, TestRun } from "../test/test-run.ts";
import { buildDirectory } from "./build.ts";
import { Builder } from "./builder.ts";

let tests: TestRun;
let folder: string;
let context: string;

beforeAll(async () => {
  tests = await TestRun.open("outside");
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-outside-"));
  context = path.join(folder, "context");
  await mkdir(context);
  await mkdir(path.join(folder, "docker"));
  await writeFile(path.join(context, "a"), "");
  await writeFile(path.join(context, "b"), "");
});
afterEach(() => rm(folder, { recursive: true }));
afterAll(() => tests.close());

const text = (): string => `${tests.head()}COPY . /c/\nRUN ls -A /c\n`;

describe.each(["buildkit", "classic"] as const)("%s: a Dockerfile that is not in the folder", (builder) => {
  const listed = async (dockerfile: string): Promise<string> =>
    outputOf(await eventsOf(buildDirectory(tests.engine, context, { builder, dockerfile, noCache: true })));

  test("is found by its path from there, or by a whole one, and is not part of the context", async () => {
    await writeFile(path.join(folder, "docker/prod"), text());
    expect(await listed("../docker/prod")).toBe("a\nb\n");
    expect(await listed(path.join(folder, "docker/prod"))).toBe("a\nb\n");
    await writeFile(path.join(context, ".dockerignore"), "a\n");
    expect(await listed("../docker/prod")).toBe(".dockerignore\nb\n");
    // Its own ignore file goes first.
    await writeFile(path.join(folder, "docker/prod.dockerignore"), "b\n.dockerignore\n");
    expect(await listed("../docker/prod")).toMatch(/^(?:\.dockerignore\n)?a\n$/);
  });

  test("may be in it after all", async () => {
    await writeFile(path.join(context, "prod"), text());
    expect(await listed(path.join(context, "prod"))).toBe("a\nb\nprod\n");
    expect(await listed("../context/./prod")).toBe("a\nb\nprod\n");
  });

  test("a failure has its place there; one that is missing says so", async () => {
    const file = path.join(folder, "docker/prod");
    await writeFile(file, `${text()}RUN exit 3\n`);
    const failing = buildDirectory(tests.engine, context, { builder, dockerfile: "../docker/prod" });
    await expect(failing.result).rejects.toMatchObject({ exitCode: 3, range: { file, start: { line: 6 } } });
    const missing = buildDirectory(tests.engine, context, { builder, dockerfile: "../docker/none" });
    await expect(missing.result).rejects.toMatchObject({ code: "BUILD_NO_DOCKERFILE" });
  });

  test("is taken by a Builder's buildDir too", async () => {
    await writeFile(path.join(folder, "docker/prod"), text());
    const printed = await new Promise<string>((resolve, reject) => {
      let seen = "";
      Builder.fromDockerode(tests.engine.docker).buildDir(
        context,
        { dockerfile: "../docker/prod", version: builder === "buildkit" ? "2" : "1" },
        {
          buildStream: (stream) => stream.on("data", (data: Buffer) => (seen += data.toString())),
          buildSuccess: () => resolve(seen),
          buildFailure: reject,
        },
      );
    });
    expect(printed).toMatch(/^a\nb\n/m);
  });
});

test.each(["1", "2"] as const)("in an archive there is none (version %s)", async (version) => {
  const failure = await new Promise((resolve, reject) => {
    const hooks = { buildSuccess: () => reject(new Error("built")), buildFailure: resolve };
    const options = { dockerfile: "../prod", version };
    Builder.fromDockerode(tests.engine.docker).createBuildStream(options, hooks).end(Buffer.alloc(1024));
  });
  expect(failure).toMatchObject({ message: expect.stringContaining("../prod") });
});
