import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { packEntries } from "@slipway/context";
import { connect, type Engine, inspectImage } from "@slipway/transport";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { build, buildDirectory, type BuildRun } from "./build.ts";
import type { BuildEvent } from "./build-event.ts";
import type { BuildOptions } from "./build-options.ts";

const runId = `build-${randomBytes(4).toString("hex")}`;
const base = "slipway-base/busybox:1";
const head = `FROM ${base}\nLABEL dev.slipway.test=${runId}\n`;
const filters = { label: [`dev.slipway.test=${runId}`] };

let engine: Engine;
let count = 0;

beforeAll(async () => {
  engine = await connect();
});

afterEach(async () => {
  const left = await engine.docker.listContainers({ all: true, filters });
  if (left.length > 0) throw new Error(`containers are left: ${left.map(({ Id }) => Id).join(" ")}`);
});

afterAll(async () => {
  // Children before their parents; the engine may have removed untagged parents by then.
  const images = await engine.docker.listImages({ all: true, filters });
  for (const { Id } of images.toSorted((a, b) => b.Created - a.Created)) {
    await engine.docker
      .getImage(Id)
      .remove({ force: true })
      .catch(() => undefined);
  }
  const left = await engine.docker.listImages({ all: true, filters });
  engine.close();
  if (left.length > 0) throw new Error(`images are left: ${left.map(({ Id }) => Id).join(" ")}`);
});

function context(files: Record<string, string>): Readable {
  return packEntries(
    (async function* () {
      for (const [name, body] of Object.entries(files)) yield { header: { name, type: "file" as const }, body };
    })(),
  );
}

/** A Dockerfile whose steps no earlier run has in its cache. */
function dockerfile(...lines: string[]): string {
  return `${head}ENV ONCE=${runId}-${count++}\n${lines.join("\n")}\n`;
}

async function eventsOf(run: BuildRun): Promise<BuildEvent[]> {
  const events: BuildEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

describe.each(["buildkit", "classic"] as const)("%s", (builder) => {
  const start = (files: Record<string, string>, options: BuildOptions = {}): BuildRun =>
    build(engine, context(files), { builder, ...options });

  test("an image: its id, tags, labels, layers, steps and events", async () => {
    const tag = `slipway-test-${runId}:${builder}`;
    const files = { Dockerfile: dockerfile("ARG A", "RUN env | grep ^A; echo err >&2", "COPY a /a"), a: "1" };
    const run = start(files, { tags: [tag], buildArgs: { A: "x" }, labels: { "dev.slipway.more": "yes" } });
    const events = await eventsOf(run);
    const result = await run.result;
    const image = await inspectImage(engine, tag);
    expect(result).toMatchObject({ imageId: image?.Id, builder });
    expect(image?.Config.Labels).toMatchObject({ "dev.slipway.test": runId, "dev.slipway.more": "yes" });

    expect(events[0]).toEqual({ type: "builder", builder, reason: expect.stringContaining("asked for") });
    expect(events.at(-1)).toEqual({ type: "image", imageId: result.imageId });
    const ran = events.find((event) => event.type === "step" && event.name.includes("RUN env"));
    const id = ran?.type === "step" ? ran.id : "";
    const logs = events.filter((event) => event.type === "log");
    expect(logs).toContainEqual({ type: "log", step: id, stream: "stdout", data: "A=x\n" });
    expect(logs).toContainEqual({ type: "log", step: id, stream: "stderr", data: "err\n" });
    const states = events.flatMap((event) => (event.type === "step" && event.id === id ? [event.state] : []));
    expect(states).toEqual(["started", "done"]);
    expect(result.steps.map((step) => step.name.replace(/^\[.*?\] /, ""))).toEqual(
      expect.arrayContaining(["RUN env | grep ^A; echo err >&2", "COPY a /a"]),
    );

    expect(result.layers.length > 0).toBe(builder === "classic");
    const baseId = (await inspectImage(engine, base))?.Id;
    expect(result.layers).not.toContain(baseId);
    expect(result.layers).not.toContain(result.imageId);
    for (const layer of result.layers) expect((await inspectImage(engine, layer))?.Id).toBe(layer);

    const again = await start(files, { buildArgs: { A: "x" } }).result;
    expect(again.steps.filter((step) => /RUN|COPY/.test(step.name)).map((step) => step.cached)).toEqual([true, true]);
  });

  test("a failing command: the step, its exit code and its last output", async () => {
    const run = start({ Dockerfile: dockerfile("RUN echo one; echo two >&2; sleep 0.1; exit 7") });
    const error = {
      code: "BUILD_FAILED",
      step: expect.stringMatching(/\] RUN echo one; echo two >&2; sleep 0.1; exit 7$/),
      exitCode: 7,
      output: expect.arrayContaining(["one", "two"]),
      message: expect.stringMatching(/ended with exit code 7\n/),
      range: { file: "Dockerfile", start: { line: 4 } },
    };
    await expect(eventsOf(run)).rejects.toMatchObject(error);
    await expect(run.result).rejects.toMatchObject(error);
  });

  test.each<[string, Record<string, string>, BuildOptions, string, string]>([
    ["missing source", { Dockerfile: `${head}COPY nope /x\n` }, {}, "BUILD_SOURCE_NOT_FOUND", "nope"],
    [
      "bad Dockerfile",
      { "x/D": `${head}RUNN x\n` },
      { dockerfile: "x/D" },
      "BUILD_BAD_DOCKERFILE",
      "unknown instruction",
    ],
    ["empty Dockerfile", { Dockerfile: "# nothing\n" }, {}, "BUILD_BAD_DOCKERFILE", "no instructions"],
    ["no Dockerfile", { a: "" }, {}, "BUILD_NO_DOCKERFILE", "Dockerfile"],
    ["empty context", {}, {}, "BUILD_NO_DOCKERFILE", "Dockerfile"],
    ["bad tag", { Dockerfile: head }, { tags: ["Not A Name"] }, "BUILD_BAD_OPTION", "`Not A Name` is no image name"],
    ["unknown stage", { Dockerfile: head }, { target: "nope" }, "BUILD_NO_STAGE", "nope"],
    ["missing base", { Dockerfile: "FROM r.invalid/x:1\n" }, {}, "BUILD_NO_BASE_IMAGE", "image r.invalid/x:1 is not"],
  ])("%s", async (_, files, options, code, message) => {
    const { result } = start(files, options);
    await expect(result).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    await expect(result).rejects.toHaveProperty("hint", expect.any(String));
  });

  test("a line that cannot be parsed has its place", async () => {
    const { result } = start({ "x/D": `${head}RUNN x\n` }, { dockerfile: "x/D" });
    await expect(result).rejects.toMatchObject({ range: { file: "x/D", start: { line: 3, column: 1 } } });
  });

  test("cancelled in the middle: the reason, and nothing is left", async () => {
    const abort = new AbortController();
    const reason = new Error("changed my mind");
    const tar = context({ Dockerfile: dockerfile("RUN echo begun; sleep 1000") });
    const run = build(engine, tar, { builder, signal: abort.signal });
    const watching = (async () => {
      for await (const event of run) if (event.type === "log" && event.data === "begun\n") abort.abort(reason);
    })();
    await expect(watching).rejects.toBe(reason);
    await expect(run.result).rejects.toBe(reason);
    expect(await engine.docker.listContainers({ all: true, filters })).toEqual([]);
    expect(tar.destroyed).toBe(true);
  });

  test("cancelled before it begins", async () => {
    const tar = context({ Dockerfile: head });
    const reason = new Error("no");
    await expect(build(engine, tar, { builder, signal: AbortSignal.abort(reason) }).result).rejects.toBe(reason);
    expect(tar.destroyed).toBe(true);
  });

  test("an error of the context is the build's, whenever it comes", async () => {
    const failure = new Error("disk on fire");
    const early = new Readable({ read: () => undefined });
    early.destroy(failure);
    await expect(build(engine, early, { builder }).result).rejects.toBe(failure);
    const late = Readable.from(
      (async function* () {
        yield* context({ Dockerfile: dockerfile("RUN true") });
        throw failure;
      })(),
    );
    await expect(build(engine, late, { builder }).result).rejects.toBe(failure);
  });

  test("a context that ends too soon, or was read before, is an error rather than a wait", async () => {
    const closing = new Readable({ read: () => undefined });
    closing.push("x");
    const run = build(engine, closing, { builder });
    closing.destroy();
    await expect(run.result).rejects.toMatchObject({ code: "BUILD_BAD_CONTEXT" });
    const spent = context({ Dockerfile: head });
    for await (const _ of spent);
    await expect(build(engine, spent, { builder }).result).rejects.toMatchObject({ code: "BUILD_BAD_CONTEXT" });
    const bytes = Buffer.concat(await context({ Dockerfile: head, big: "x".repeat(100_000) }).toArray());
    const cut = Readable.from([bytes.subarray(0, 50_000)]);
    await expect(build(engine, cut, { builder }).result).rejects.toMatchObject({ code: "BUILD_BAD_CONTEXT" });
  });

  test("whoever stops reading events, or never reads any, still gets the result", async () => {
    const run = start({ Dockerfile: dockerfile("RUN true") });
    for await (const _ of run) break;
    expect((await run.result).imageId).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test("network and hosts reach the build", async () => {
    const lines = ["RUN cat /etc/hosts; ls /sys/class/net"];
    const run = start(
      { Dockerfile: dockerfile(...lines) },
      { extraHosts: ["one:1.2.3.4", "two:1.2.3.5"], networkMode: "none" },
    );
    const text = (await eventsOf(run)).map((event) => (event.type === "log" ? event.data : "")).join("");
    expect(text).toContain("1.2.3.4\tone\n1.2.3.5\ttwo\n");
    expect(text).not.toContain("eth0");
  });
});

test("BuildKit is chosen where the engine has it, and the reason given", async () => {
  const events = await eventsOf(build(engine, context({ Dockerfile: dockerfile() })));
  expect(events[0]).toEqual({
    type: "builder",
    builder: "buildkit",
    reason: expect.stringMatching(/^docker .* has BuildKit$/),
  });
});

test("what only BuildKit can do says so with the classic builder", async () => {
  const tar = context({ Dockerfile: `${head}RUN --mount=type=cache,target=/x true\n` });
  await expect(build(engine, tar, { builder: "classic" }).result).rejects.toMatchObject({
    code: "BUILD_NEEDS_BUILDKIT",
  });
});

test("an unknown option fails before anything is sent", async () => {
  const tar = context({ Dockerfile: head });
  await expect(build(engine, tar, { tag: "x" } as BuildOptions).result).rejects.toMatchObject({
    code: "BUILD_BAD_OPTION",
    hint: "did you mean `tags`?",
  });
  expect(tar.destroyed).toBe(true);
});

test("a folder: modes and links are kept, what .dockerignore names is not sent", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-build-"));
  try {
    await writeFile(path.join(folder, "Dockerfile"), dockerfile("COPY . /c", "RUN ls -l /c && /c/run"));
    await writeFile(path.join(folder, ".dockerignore"), "secret\n");
    await writeFile(path.join(folder, "secret"), "");
    await writeFile(path.join(folder, "run"), "#!/bin/sh\necho it runs\n");
    await chmod(path.join(folder, "run"), 0o755);
    await symlink("nowhere", path.join(folder, "dangling"));
    const events = await eventsOf(buildDirectory(engine, folder));
    const text = events.map((event) => (event.type === "log" ? event.data : "")).join("");
    expect(text).toContain("it runs\n");
    expect(text).toContain("dangling -> nowhere");
    expect(text).not.toContain("secret");
  } finally {
    await rm(folder, { recursive: true });
  }
});
