import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fixtureArchive, unpack } from "../test/fixture-archive.ts";
import { fixtureProject } from "../test/fixture-project.ts";
import { splitBuildStream } from "./split-build-stream.ts";
import { releaseTasks } from "./split-tasks.ts";

let disk: string;

beforeEach(async () => {
  disk = await mkdtemp(path.join(tmpdir(), "slipway-test-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]);
  vi.stubEnv("TMPDIR", disk);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  execFileSync("umount", [disk]);
  await rm(disk, { recursive: true });
});

test("a full disk is told of with what to do, nothing is left, and a smaller context still fits", async () => {
  const project = fixtureProject({ web: { build: { context: "." } } });
  const big = fixtureArchive({ Dockerfile: "FROM x", big: Buffer.alloc(3_000_000, "x") });
  await expect(splitBuildStream(project, big, { memoryLimit: 0 })).rejects.toMatchObject({
    code: "CONTEXT_SPOOL_FAILED",
    message: expect.stringContaining("ENOSPC"),
    hint: expect.stringContaining("TMPDIR"),
  });
  expect(big.destroyed).toBe(true);
  expect(await readdir(disk)).toEqual([]);
  const files = { Dockerfile: "FROM x", small: "y".repeat(500_000) };
  const [task, ...none] = await splitBuildStream(project, fixtureArchive(files), { memoryLimit: 0 });
  expect(none).toEqual([]);
  expect(task?.buildStream && (await unpack(task.buildStream))).toEqual(files);
  await releaseTasks(task ? [task] : []);
});
