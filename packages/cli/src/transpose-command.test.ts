import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { main } from "./main.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-cli-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return runWith("", ...args);
}

async function runWith(input: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const result = { code: 0, stdout: "", stderr: "" };
  result.code = await main(["transpose", ...args], {
    stdout: { write: (text) => (result.stdout += text) },
    stderr: { write: (text) => (result.stderr += text) },
    stdin: Readable.from([input]),
    env: {},
    cwd: folder,
    signal: new AbortController().signal,
  });
  return result;
}

const options = ["--qemu", "q/qemu", "--container-qemu", "/usr/bin/qemu"];
const expected = 'FROM a\nCOPY q/qemu /usr/bin/qemu\nRUN ["/usr/bin/qemu","-execve","/bin/sh","-c","b"]\n';

test("transpose: to standard output, or into a file", async () => {
  await writeFile(path.join(folder, "Dockerfile"), "FROM a\nRUN b\n");
  expect(await run("Dockerfile", ...options)).toEqual({ code: 0, stdout: expected, stderr: "" });
  expect(await run("Dockerfile", ...options, "-o", "out")).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(await readFile(path.join(folder, "out"), "utf8")).toBe(expected);
  expect((await run("Dockerfile", ...options, "--way", "mount")).stdout).toContain(
    "RUN --mount=type=bind,source=/q/qemu,",
  );
});

test("transpose: - is the standard input", async () => {
  expect(await runWith("FROM a\nRUN b\n", "-", ...options)).toEqual({ code: 0, stdout: expected, stderr: "" });
  const wrong = await runWith("FROM a\nRUNN b\n", "-", ...options);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("stdin:2:1: unknown instruction `RUNN`") });
});

test("transpose: mistakes end with 2 and name their place", async () => {
  await writeFile(path.join(folder, "Dockerfile"), "FROM a AS b\nONBUILD RUN c\nFROM b\n");
  const { code, stdout, stderr } = await run("Dockerfile", ...options);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("Dockerfile:3:1");
  expect((await run("Dockerfile", "--qemu", "q")).code).toBe(2);
  expect((await run("Dockerfile", "--qemu", "q", "--container-qemu", "q")).code).toBe(2);
});
