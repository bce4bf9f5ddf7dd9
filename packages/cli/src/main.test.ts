import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { main } from "./main.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-cli-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const result = { code: 0, stdout: "", stderr: "" };
  result.code = await main(args, {
    stdout: { write: (text) => (result.stdout += text) },
    stderr: { write: (text) => (result.stderr += text) },
    env: { PATH: process.env["PATH"], DOCKER_HOST: "unix:///nowhere/docker.sock" },
    cwd: folder,
    signal: new AbortController().signal,
  });
  return result;
}

const compose = (text: string): Promise<void> => writeFile(path.join(folder, "compose.yaml"), text);

test("--help goes to stdout and names the commands and exit codes", async () => {
  const { code, stdout, stderr } = await run("--help");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const word of ["engine", "build", "up", "live", "down", "130 interrupted"]) expect(stdout).toContain(word);
});

test("an option that is none is named without its value, which may be a secret", async () => {
  const { code, stderr } = await run("deploy", "org/fleet", "--token=sesame");
  expect({ code, stderr }).toEqual({ code: 2, stderr: "error: unknown option '--token'\n" });
});

test("--version is the package's", async () => {
  expect((await run("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each([
  [["biuld"], "Did you mean build?"],
  [["build", "--no-cahce"], "Did you mean --no-cache?"],
  [["build", ".", "extra"], "too many arguments"],
])("wrong usage %j: exit code 2 and what was likely meant, on stderr", async (args, text) => {
  const { code, stdout, stderr } = await run(...args);
  expect(stdout).toBe("");
  expect(stderr).toContain(text);
  expect(code).toBe(2);
});

test("a folder that is not there, and one without a compose file", async () => {
  const missing = await run("build", "nowhere");
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain("error: nowhere is not a folder");
  const empty = await run("up", ".");
  expect(empty.code).toBe(2);
  expect(empty.stderr).toContain("no compose file in .");
  expect(empty.stderr).toContain("hint: looked for compose.yaml");
});

test("a syntax error in the compose file: place, excerpt, hint, exit code 2", async () => {
  await compose("services:\n  web:\n    image: [x\n  b: y\n");
  const { code, stderr } = await run("build");
  expect(code).toBe(2);
  expect(stderr).toMatch(/error: compose\.yaml:\d+:\d+: /);
  expect(stderr).toContain(" | ");
  expect(stderr).toContain("hint: ");
});

test("all mistakes of a compose file at once, each with its place and what was likely meant", async () => {
  await compose("services:\n  web:\n    imgae: x\n    ports: [abc]\n    build: .\n");
  const { code, stderr } = await run("build");
  expect(code).toBe(2);
  expect(stderr).toContain("compose.yaml:3:5: ");
  expect(stderr).toContain("did you mean `image`?");
  expect(stderr).toMatch(/compose\.yaml:4:1\d: /);
  expect(stderr).toContain("  3 |     imgae: x\n    |     ^^^^^");
});

test("no engine: exit code 3, and what was tried", async () => {
  await compose("services:\n  web:\n    image: x\n");
  const { code, stderr } = await run("up");
  expect(code).toBe(3);
  expect(stderr).toContain("no container engine");
  expect(stderr).toContain("/nowhere/docker.sock");
  expect(stderr).toContain("hint: ");
});
