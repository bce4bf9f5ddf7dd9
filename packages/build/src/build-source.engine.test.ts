import { packEntries, type EntryToPack } from "@slipway/context";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventsOf, outputOf, TestRun } from "../test/test-run.ts";
import { buildSource } from "./build.ts";
import type { ContextSource } from "./context-source.ts";
import { textSource } from "./text-source.ts";

let tests: TestRun;
beforeAll(async () => {
  tests = await TestRun.open("source");
});
afterAll(() => tests.close());

const entry = (name: string, body: string): EntryToPack => ({ header: { name, type: "file" }, body });

function source(dockerfileText: string): ContextSource {
  return {
    files: textSource("in/a.txt", "from a source"),
    tar: packEntries([entry("Dockerfile", dockerfileText), entry("in/a.txt", "from a source")]),
  };
}

describe.each(["buildkit", "classic"] as const)("%s: files that can be had by their paths", (builder) => {
  test("are built; the Dockerfile is among them for the classic builder only", async () => {
    const dockerfileText = `${tests.head()}COPY . /c/\nRUN cat /c/in/a.txt; ls -A /c\n`;
    const run = buildSource(tests.engine, source(dockerfileText), { builder, dockerfileText, noCache: true });
    const own = builder === "classic" ? "Dockerfile\nin\n" : "in\n";
    expect(outputOf(await eventsOf(run))).toBe(`from a source${own}`);
  });

  test("a failing step has its place in the Dockerfile, and the stream is let go", async () => {
    const dockerfileText = `${tests.head()}RUN exit 3\n`;
    const given = source(dockerfileText);
    const { result } = buildSource(tests.engine, given, { builder, dockerfileText, dockerfile: "docker/prod" });
    await expect(result).rejects.toMatchObject(
      builder === "classic" ? { code: "BUILD_NO_DOCKERFILE" } : { exitCode: 3, range: { file: "docker/prod" } },
    );
    expect(given.tar.destroyed).toBe(true);
  });
});
