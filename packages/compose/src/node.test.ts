import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findComposeFiles, nodeHost } from "./node.ts";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "compose-"));
});

afterEach(() => rm(directory, { recursive: true }));

async function found(...names: string[]): Promise<string[]> {
  for (const name of names) await writeFile(join(directory, name), "");
  return (await findComposeFiles(directory)).map((path) => path.slice(directory.length + 1));
}

test("the usual names in their order, with the override file", async () => {
  expect(await found()).toEqual([]);
  expect(await found("docker-compose.yaml")).toEqual(["docker-compose.yaml"]);
  expect(await found("docker-compose.yml", "docker-compose.override.yaml")).toEqual([
    "docker-compose.yml",
    "docker-compose.override.yaml",
  ]);
  expect(await found("compose.yml", "compose.override.yml")).toEqual(["compose.yml", "compose.override.yml"]);
  expect(await found("compose.yaml")).toEqual(["compose.yaml", "compose.override.yml"]);
});

test("a folder that isn't there has none", async () => {
  expect(await findComposeFiles(join(directory, "no"))).toEqual([]);
});

test("the host reads files, and knows what is none", async () => {
  const host = nodeHost();
  await writeFile(join(directory, "a"), "text");
  await mkdir(join(directory, "folder"));
  expect(await host.readFile(join(directory, "a"))).toBe("text");
  expect(await host.readFile(join(directory, "b"))).toBeUndefined();
  expect(await host.readFile(join(directory, "a", "b"))).toBeUndefined();
  expect(await host.readFile(join(directory, "folder"))).toBeUndefined();
});
