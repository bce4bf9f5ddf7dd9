import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
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
    env: {},
    cwd: folder,
    signal: new AbortController().signal,
  });
  return result;
}

async function write(name: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
  await writeFile(path.join(folder, name), text);
}

test("lint: what is found, with its place, an excerpt and a hint; exit code 1", async () => {
  await write("Dockerfile", "FROM base AS Build\nRUM x\n");
  await write("web/Dockerfile.template", "FROM %%BASE%%\nENV a b\n");
  await write("node_modules/x/Dockerfile", "RUM\n");
  const { code, stdout, stderr } = await run("lint");
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  expect(stdout).toBe(
    [
      "warning: Dockerfile:1:1: the stage name `Build` should be lowercase (StageNameCasing)",
      "  1 | FROM base AS Build",
      "    | ^^^^^^^^^^^^^^^^^^",
      "  hint: write build",
      "error: Dockerfile:2:1: unknown instruction `RUM` (DOCKERFILE_UNKNOWN_INSTRUCTION)",
      "  2 | RUM x",
      "    | ^^^",
      "  hint: did you mean RUN?",
      "warning: web/Dockerfile.template:2:1: `ENV name=value` should be used, not the older form with a space (LegacyKeyValueFormat)",
      "  2 | ENV a b",
      "    | ^^^^^^^",
      "  hint: write ENV a=…",
      "2 files, 1 error, 2 warnings",
      "",
    ].join("\n"),
  );
});

test("lint: nothing found is exit code 0; skipped rules and build arguments count", async () => {
  await write("Dockerfile", "ARG TAG\nFROM base:${TAG:-1} AS Build\nCMD x\n");
  const skips = ["--skip", "StageNameCasing", "--skip", "jsonargsrecommended"];
  expect(await run("lint", "Dockerfile", ...skips)).toEqual({ code: 0, stdout: "1 file, nothing found\n", stderr: "" });
  await write("Dockerfile", "ARG TAG\nFROM base:$TAG\n");
  expect((await run("lint", "--build-arg", "TAG=1", "--json")).stdout).toContain("InvalidDefaultArgInFrom");
});

test("lint: .dockerignore beside the file counts", async () => {
  await write("Dockerfile", "FROM base\nCOPY secret.txt /\n");
  await write(".dockerignore", "*.txt\n");
  expect((await run("lint")).stdout).toContain("CopyIgnoredFile");
});

test("lint --json: places as data", async () => {
  await write("Dockerfile", "FROM base AS Build\n");
  const { code, stdout } = await run("lint", "--json", "Dockerfile");
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject([
    {
      file: "Dockerfile",
      code: "StageNameCasing",
      severity: "warning",
      range: { start: { line: 1, column: 1, offset: 0 }, end: { line: 1, column: 19 } },
    },
  ]);
});

test("lint: rules are listed; wrong ones, missing files and empty folders are refused", async () => {
  expect((await run("lint", "--rules")).stdout).toContain("JSONArgsRecommended");
  expect(await run("lint", "--skip", "Nope")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("`Nope`") as string,
  });
  expect(await run("lint", "nowhere")).toMatchObject({ code: 2, stderr: expect.stringContaining("nowhere") as string });
  expect(await run("lint")).toMatchObject({ code: 2, stderr: expect.stringContaining("no Dockerfile in .") as string });
});

test("template: variables from options, JSON and .env files, in that order of weight", async () => {
  await write("t", "FROM %%BASE%%:%%TAG%%\r\n# %%COMMENT%%\nENV X=%%X_Y%%\n");
  await write("v.json", '{"BASE": "json", "TAG": 1, "X_Y": true}');
  await write("v.env", "TAG=2\nX_Y='a b'\n");
  expect(await run("template", "t", "--vars", "v.json", "--vars", "v.env", "-v", "BASE=a=b")).toEqual({
    code: 0,
    stdout: "FROM a=b:2\r\n# %%COMMENT%%\nENV X=a b\n",
    stderr: "",
  });
  expect((await run("template", "t", "--list")).stdout).toBe("BASE\nTAG\nX_Y\n");
});

test("template -o: the whole result or nothing", async () => {
  await write("t", "FROM %%BASE%%\n");
  await write("out", "before");
  const failed = await run("template", "t", "-o", "out");
  expect(failed).toMatchObject({ code: 2, stdout: "" });
  expect(failed.stderr).toContain("t:1:6: unknown template variable `%%BASE%%`");
  expect(await readFile(path.join(folder, "out"), "utf8")).toBe("before");
  expect((await run("template", "t", "-v", "BASE=x", "-o", "out")).code).toBe(0);
  expect(await readFile(path.join(folder, "out"), "utf8")).toBe("FROM x\n");
  expect((await readdir(folder)).toSorted()).toEqual(["out", "t"]);
  const nowhere = await run("template", "t", "-v", "BASE=x", "-o", "no/where");
  expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining("can't be written (ENOENT)") as string });
});

test.each([
  [["-v", "BASE"], "--variable takes NAME=value; read `BASE`"],
  [["-v", "base=1"], "no template variable can be named base"],
  [["--vars", "bad.json"], "bad.json is no JSON"],
  [["--vars", "list.json"], "list.json holds no JSON object"],
  [["--vars", "deep.json"], "`A`, `B` must be a string, a number or a boolean"],
  [["--vars", "prose"], "prose:1:1: no variables are here"],
  [["--vars", "missing"], "missing is not there"],
])("template %j: refused", async (args, message) => {
  await write("t", "FROM %%BASE%%\n");
  await write("bad.json", "{");
  await write("list.json", "[]");
  await write("deep.json", '{"A": {}, "B": null}');
  await write("prose", "hello there\n");
  const { code, stderr } = await run("template", "t", ...args);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});
