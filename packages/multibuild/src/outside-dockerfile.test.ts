import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { unpack } from "../test/fixture-archive.ts";
import { fixtureProject } from "../test/fixture-project.ts";
import type { BuildTask } from "./build-task.ts";
import { directoryTasks } from "./directory-tasks.ts";
import { performResolution } from "./perform-resolution.ts";
import { releaseTasks } from "./split-tasks.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-test-"));
  await mkdir(path.join(folder, "web"));
  await mkdir(path.join(folder, "docker"));
  await writeFile(path.join(folder, "docker/web.Dockerfile"), "FROM outside\n");
  await writeFile(path.join(folder, "web/own.Dockerfile"), "FROM inside\n");
  await writeFile(path.join(folder, "web/Dockerfile"), "FROM plain\n");
});
afterEach(() => rm(folder, { recursive: true }));

const resolved = async (dockerfile: string): Promise<BuildTask> => {
  const project = fixtureProject({ web: { build: { context: "web", dockerfile } } });
  const tasks = await performResolution(await directoryTasks(project, folder), "amd64", "generic-amd64");
  return tasks[0] as BuildTask;
};

test.each([
  ["../docker/web.Dockerfile", "FROM outside\n", "Dockerfile.resolved"],
  ["own.Dockerfile", "FROM inside\n", "own.Dockerfile"],
])("the Dockerfile %s, from the context on or absolute", async (name, text, placed) => {
  for (const given of [name, path.join(folder, "web", name)]) {
    const task = await resolved(given);
    expect([task.dockerfile, task.dockerfilePath]).toEqual([text, placed]);
    const files = await unpack(task.buildStream as NonNullable<BuildTask["buildStream"]>);
    expect(Object.keys(files)).toContain(placed);
    await releaseTasks([task]);
  }
});

test("one that is not there is told with its service and path", async () => {
  await expect(resolved("../docker/none")).rejects.toMatchObject({
    code: "MULTIBUILD_UNRESOLVED",
    message: expect.stringContaining(`service web: cannot read the Dockerfile ${path.join(folder, "docker/none")}`),
  });
});
