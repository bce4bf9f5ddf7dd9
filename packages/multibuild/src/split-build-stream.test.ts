import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { fixtureArchive, unpack } from "../test/fixture-archive.ts";
import { fixtureProject } from "../test/fixture-project.ts";
import { performResolution } from "./perform-resolution.ts";
import { splitBuildStream } from "./split-build-stream.ts";
import { releaseTasks } from "./split-tasks.ts";
import type { BuildTask } from "./build-task.ts";

const project = fixtureProject({
  web: { build: { context: "/app/web" } },
  api: { build: { context: "/app/api" } },
  all: { build: { context: "/app", dockerfile: "web/Dockerfile.template" } },
  db: { image: "postgres" },
});
const big = "x".repeat(300_000);
const files = {
  "compose.yaml": "",
  "web/Dockerfile.template": "FROM %%BALENA_ARCH%%\n# %%NOT_ONE%%\nENV S=%%BALENA_SERVICE_NAME%%\n",
  "web/.dockerignore": "*.md\n!README.md\nDockerfile*\n",
  "web/README.md": "kept",
  "web/other.md": "ignored",
  "web/big": big,
  "api/Dockerfile": "FROM api\n",
  "api/other.md": "kept",
};
const byName = (tasks: BuildTask[], name: string): BuildTask => {
  const task = tasks.find(({ serviceName }) => serviceName === name);
  if (!task?.buildStream) throw new Error(`no task ${name} with files`);
  return task;
};

const stream = (tasks: BuildTask[], name: string): Readable => byName(tasks, name).buildStream as Readable;

test.each([undefined, 0])("the documented flow works whatever the context's size (limit %s)", async (memoryLimit) => {
  const tasks = await splitBuildStream(project, fixtureArchive(files), { root: "/app", memoryLimit });
  expect(tasks.map(({ serviceName, external, context }) => [serviceName, external, context])).toEqual([
    ["web", false, "web"],
    ["api", false, "api"],
    ["all", false, "."],
    ["db", true, undefined],
  ]);
  expect(await performResolution(tasks, "aarch64", "raspberrypi4-64")).toEqual(tasks);
  expect(byName(tasks, "web")).toMatchObject({
    resolved: true,
    projectType: "Dockerfile.template",
    dockerfilePath: "Dockerfile",
    dockerfile: "FROM aarch64\n# %%NOT_ONE%%\nENV S=web\n",
    architecture: "aarch64",
  });
  expect(await unpack(stream(tasks, "all"))).toMatchObject({
    "web/Dockerfile": expect.stringContaining("ENV S=all"),
    "web/big": big,
  });
  expect(await unpack(stream(tasks, "web"))).toEqual({
    ".dockerignore": files["web/.dockerignore"],
    Dockerfile: "FROM aarch64\n# %%NOT_ONE%%\nENV S=web\n",
    "Dockerfile.template": files["web/Dockerfile.template"],
    "README.md": "kept",
    big,
  });
  expect(await unpack(stream(tasks, "api"))).toEqual({ Dockerfile: "FROM api\n", "other.md": "kept" });
  await releaseTasks(tasks);
});

test("a stream may be exchanged before resolution and is resolved as it is", async () => {
  const tasks = await splitBuildStream(project, fixtureArchive(files), { root: "/app" });
  const task = byName(tasks, "api");
  task.buildStream?.destroy();
  task.buildStream = fixtureArchive({ "Dockerfile.template": "FROM %%RESIN_MACHINE_NAME%%" });
  await performResolution(tasks, "amd64", "intel-nuc");
  expect(await unpack(stream(tasks, "api"))).toMatchObject({ Dockerfile: "FROM intel-nuc" });
  await releaseTasks(tasks);
});

test("an inline Dockerfile goes before the files, and none is lost", async () => {
  const inline = fixtureProject({ web: { build: { context: ".", dockerfile_inline: "FROM inline" } } });
  const tasks = await splitBuildStream(inline, fixtureArchive({ Dockerfile: "FROM file" }));
  await performResolution(tasks, "amd64", "intel-nuc");
  expect(byName(tasks, "web")).toMatchObject({
    dockerfilePath: "Dockerfile.resolved",
    projectType: "Inline Dockerfile",
  });
  expect(await unpack(stream(tasks, "web"))).toEqual({ Dockerfile: "FROM file", "Dockerfile.resolved": "FROM inline" });
  await releaseTasks(tasks);
});

test("a service of another platform is resolved for that platform's architecture", async () => {
  const own = fixtureProject({ web: { platform: "linux/arm64", build: { context: "." } } });
  const tasks = await splitBuildStream(
    own,
    fixtureArchive({ "Dockerfile.aarch64": "FROM a", "Dockerfile.amd64": "FROM b" }),
  );
  await performResolution(tasks, "amd64", "intel-nuc");
  expect(byName(tasks, "web")).toMatchObject({ dockerfile: "FROM a", architecture: "aarch64" });
  await releaseTasks(tasks);
});

test("what several services lack is told at once, with the places", async () => {
  const broken = { ...files, "web/Dockerfile.template": "FROM %%ONE%%\nRUN %%TWO%%\n", "api/Dockerfile": "" };
  const { "api/Dockerfile": _, ...without } = broken;
  const tasks = await splitBuildStream(project, fixtureArchive(without), { root: "/app", services: ["web", "api"] });
  await expect(performResolution(tasks, "amd64", "intel-nuc")).rejects.toMatchObject({
    code: "MULTIBUILD_UNRESOLVED",
    problems: [
      {
        message: "service web: unknown template variable `%%ONE%%`",
        range: { file: "web/Dockerfile.template", start: { line: 1, column: 6 } },
      },
      { message: "service web: unknown template variable `%%TWO%%`", range: { start: { line: 2, column: 5 } } },
      { message: expect.stringContaining("service api: no Dockerfile in the build context api") },
    ],
  });
  await releaseTasks(tasks);
  const only = await splitBuildStream(project, fixtureArchive(without), { root: "/app", services: ["api"] });
  await expect(performResolution(only, "amd64", "x")).rejects.toMatchObject({
    code: "RESOLVE_NO_DOCKERFILE",
  });
  await releaseTasks(only);
});

test("contexts that the archive does not have are refused, all of them", async () => {
  await expect(
    splitBuildStream(project, fixtureArchive({ "x/y": "" }), { root: "/app", services: ["web", "api", "all"] }),
  ).rejects.toMatchObject({
    problems: [
      { code: "MULTIBUILD_CONTEXT_EMPTY", path: "services.web.build.context" },
      { code: "MULTIBUILD_CONTEXT_EMPTY", path: "services.api.build.context" },
    ],
  });
  const source = fixtureArchive(files);
  await expect(splitBuildStream(project, source, { root: "/elsewhere" })).rejects.toMatchObject({
    code: "MULTIBUILD_CONTEXT_OUTSIDE",
  });
  expect(source.destroyed).toBe(true);
});

test("build metadata is read, and is part of no build but for the emulator", async () => {
  const source = fixtureArchive({
    ...files,
    ".balena/balena.yml": "build-variables: {global: [A=1], services: {web: {A: 2}}}",
    ".balena/secrets/s": "hidden",
    ".balena/qemu-execve": "elf",
  });
  const tasks = await splitBuildStream(project, source, { root: "/app" });
  const all = Object.keys(await unpack(stream(tasks, "all"))).filter((name) => name.startsWith("."));
  expect(all).toEqual([".balena/qemu-execve"]);
  expect(tasks.map((task) => task.buildMetadata?.variablesOf(task.serviceName))).toEqual([
    { A: "2" },
    { A: "1" },
    { A: "1" },
    { A: "1" },
  ]);
  await releaseTasks(tasks);
  const both = fixtureArchive({ ...files, ".balena/balena.yml": "", ".resin/resin.yml": "" });
  await expect(splitBuildStream(project, both, { root: "/app" })).rejects.toMatchObject({
    code: "MULTIBUILD_BAD_METADATA",
    message: "the project has both `.balena` and `.resin`",
  });
});

test("a contract at a context's root is the task's, and two are refused", async () => {
  const contract = "name: Web\ntype: sw.container\nslug: web\n";
  const tasks = await splitBuildStream(project, fixtureArchive({ ...files, "web/contract.yml": contract }), {
    root: "/app",
  });
  expect(tasks.map((task) => task.contract)).toEqual([
    { name: "Web", type: "sw.container", slug: "web" },
    undefined,
    undefined,
    undefined,
  ]);
  await releaseTasks(tasks);
  const two = fixtureArchive({ ...files, "web/contract.yml": contract, "web/contract.yaml": contract });
  await expect(splitBuildStream(project, two, { root: "/app" })).rejects.toMatchObject({
    code: "MULTIBUILD_BAD_CONTRACT",
    message: "service web has `contract.yml` and also `contract.yaml`",
  });
  const labelled = fixtureProject({
    web: { build: { context: "web" }, labels: { "io.balena.features.requires.sw.linux": ">5" } },
  });
  const [web] = await splitBuildStream(labelled, fixtureArchive(files));
  expect(web?.contract).toEqual({
    type: "sw.container",
    slug: "contract-for-web",
    requires: [{ or: [{ type: "sw.kernel", slug: "linux", version: ">5" }] }],
  });
  await releaseTasks(web ? [web] : []);
  const rivals = fixtureArchive({ ...files, "web/contract.yml": contract });
  await expect(splitBuildStream(labelled, rivals)).rejects.toMatchObject({
    message: "service web has `contract.yml` and also a contract by its labels",
  });
});

test("a source that fails, is cut off or aborted rejects, and leaves no temporary file", async () => {
  const failing = new Readable({ read: () => failing.destroy(new Error("line cut")) });
  await expect(splitBuildStream(project, failing, { root: "/app" })).rejects.toThrow("line cut");
  const cut = Readable.from([Buffer.alloc(100)]);
  await expect(splitBuildStream(project, cut, { root: "/app" })).rejects.toMatchObject({
    code: "CONTEXT_TRUNCATED_ARCHIVE",
  });
  const abort = new AbortController();
  const stalled = new Readable({ read: () => undefined });
  const splitting = splitBuildStream(project, stalled, { root: "/app", signal: abort.signal });
  abort.abort(new Error("enough"));
  await expect(splitting).rejects.toThrow("enough");
  expect((await readdir(tmpdir())).filter((name) => name.startsWith("slipway-spool-"))).toEqual([]);
});
