import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type EntryToPack, packEntries } from "@slipway/context";
import type { Readable } from "node:stream";
import { expect, test } from "vitest";
import { fixtureProject } from "../test/fixture-project.ts";
import type { BuildTask } from "./build-task.ts";
import { performResolution } from "./perform-resolution.ts";
import { splitBuildStream } from "./split-build-stream.ts";
import { releaseTasks } from "./split-tasks.ts";

const services = ["one", "two", "all"];
const project = fixtureProject(
  Object.fromEntries(services.map((name) => [name, { build: { context: name === "all" ? "." : name } }])),
);
const piece = Buffer.alloc(1024 * 1024, "x");

async function* zeros(size: number): AsyncGenerator<Buffer> {
  for (let left = size; left > 0; left -= piece.length) yield piece.subarray(0, Math.min(left, piece.length));
}

/** Two services' folders with so many files, of so many bytes in all. */
function* entries(files: number, bytes: number): Generator<EntryToPack> {
  const size = Math.floor(bytes / files / 2);
  yield { header: { name: "Dockerfile", type: "file" }, body: "FROM all\n" };
  for (const service of ["one", "two"]) {
    yield { header: { name: `${service}/Dockerfile.template`, type: "file" }, body: "FROM %%BALENA_ARCH%%\n" };
    for (let i = 0; i < files; i++) {
      yield { header: { name: `${service}/d${i % 100}/f${i}`, type: "file", size }, body: zeros(size) };
    }
  }
}

async function lengthOf(task: BuildTask): Promise<number> {
  let length = 0;
  for await (const chunk of task.buildStream as Readable) length += (chunk as Buffer).length;
  return length;
}

const orders: Record<string, (tasks: BuildTask[]) => Promise<number[]>> = {
  "all at once": (tasks) => Promise.all(tasks.map(lengthOf)),
  "one after the other": (tasks) => inTurn(tasks, [0, 1, 2]),
  "the last first": (tasks) => inTurn(tasks, [2, 1, 0]),
};

async function inTurn(tasks: BuildTask[], order: number[]): Promise<number[]> {
  const lengths: number[] = [];
  for (const i of order) lengths[i] = await lengthOf(tasks[i] as BuildTask);
  return lengths;
}

// "The documented flow hangs": facts of the older tool, item 1.
const sizes = [
  ["2 KB", 2, 2_000],
  ["200 KB", 2, 200_000],
  ["300 MB", 3, 300_000_000],
  ["20,000 files", 10_000, 20_000_000],
] as const;
const cases = sizes.flatMap(([title, files, bytes]) =>
  Object.keys(orders).map((order) => ({ title, order, files, bytes })),
);

test.each(cases)("split, resolve and read $title, $order", { timeout: 60_000 }, async ({ order, files, bytes }) => {
  const tasks = await splitBuildStream(project, packEntries(entries(files, bytes)));
  await performResolution(tasks, "amd64", "generic-amd64");
  const lengths = await (orders[order] as (tasks: BuildTask[]) => Promise<number[]>)(tasks);
  const half = bytes / 2;
  expect(lengths[0]).toBe(lengths[1]);
  expect(lengths[0]).toBeGreaterThan(half - files);
  expect(lengths[2]).toBeGreaterThan(bytes - 2 * files);
  await releaseTasks(tasks);
});

// "The whole context is held in memory": item 3. Counted from a process that has loaded the package, and with room for
// what the garbage collector leaves for later. A context held in memory would be 300 MB and more.
test.each([
  ["300 MB in three services", 3, 3, 300, 88],
  ["20,000 files in 50 services, one of which has all", 50, 400, 25, 88],
])("memory stays bounded: %s", { timeout: 60_000 }, async (_, count, files, megabytes, atMost) => {
  const run = promisify(execFile);
  const script = fileURLToPath(new URL("../test/memory-probe.mjs", import.meta.url));
  for (const order of ["all", "turn", "reverse"]) {
    const { stdout } = await run(process.execPath, [script, String(count), String(files), String(megabytes), order]);
    const { loaded, peak, bytes } = JSON.parse(stdout) as { loaded: number; peak: number; bytes: number };
    expect(bytes).toBeGreaterThan(megabytes * 1e6);
    expect(peak - loaded, `MiB above the loaded package, read ${order}`).toBeLessThan(atMost);
  }
});
