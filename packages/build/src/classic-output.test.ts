import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { BuilderOutput } from "./builder-output.ts";
import { readClassicOutput } from "./classic-output.ts";
import { jsonRecords } from "./json-records.ts";

test("a build: steps in the form that BuildKit gives them, output by stream, the layers, the image last", async () => {
  expect(brief(await recorded("classic-success"))).toEqual([
    "[1/4] FROM slipway-base/busybox:1 started",
    "base 0ab73dacb8c6",
    "[1/4] FROM slipway-base/busybox:1 done",
    "[2/4] LABEL dev.slipway.test=proto started",
    "container 9b90e1dfa7d0",
    "container gone",
    "layer 6cf5c7349fd1",
    "[2/4] LABEL dev.slipway.test=proto done",
    "[3/4] RUN echo hello && echo err >&2 started",
    "container b0c90aad96ff",
    "stderr: err\n",
    "stdout: hello\n",
    "container gone",
    "layer 1b6a54173b50",
    "[3/4] RUN echo hello && echo err >&2 done",
    "[4/4] COPY a /a started",
    "layer b7922a9d428c",
    "[4/4] COPY a /a done",
    "stage 0 undefined sha256:b7922a9d428c81553c6543ad594b605695ac773283d09bdf988f3d21f4287284",
    "image sha256:b7922a9d428c81553c6543ad594b605695ac773283d09bdf988f3d21f4287284",
  ]);
});

test("a failing command: exit code, and no image though earlier stages had one", async () => {
  const outputs = await recorded("classic-failing-run");
  expect(outputs.slice(-2)).toMatchObject([
    { type: "step", state: "failed", error: expect.stringContaining("non-zero code: 7") },
    { type: "failure", exitCode: 7 },
  ]);
  expect(brief(outputs)).toContain("[2/3] LABEL dev.slipway.test=proto cached");
});

test("a failure before a step does anything", async () => {
  expect(brief(await recorded("classic-missing-source")).slice(-2)).toEqual([
    "[2/2] COPY nope /x failed",
    "failure COPY failed: file not found in build context or excluded by .dockerignore: stat nope: file does not exist",
  ]);
});

test("stages: names and images of each", async () => {
  const stages = brief(await recorded("classic-stages")).filter((line) => line.startsWith("stage "));
  expect(stages.map((line) => line.slice(0, 30))).toEqual([
    "stage 0 one sha256:d9886e31ff1",
    "stage 1 two sha256:6aecb8cec29",
    "stage 2 undefined sha256:12143",
  ]);
});

test("output that looks like the engine's own stays output", async () => {
  const fake = ["Step 9/9 : FROM x", " ---> 0123456789ab\n", "Removing intermediate container 0123456789ab\n"];
  const outputs = await read([
    "Step 1/1 : RUN x",
    "\n",
    " ---> Running in 9b90e1dfa7d0\n",
    ...fake,
    "\n",
    "Removing intermediate container 9b90e1dfa7d0\n",
    " ---> 1b6a54173b50\n",
  ]);
  expect(outputs.filter((o) => o.type === "log").map((o) => o.data)).toEqual([...fake, "\n"]);
  expect(outputs.filter((o) => o.type === "step")).toHaveLength(2);
});

test("a base image's triggers make layers of their own; newer engines word the removal otherwise", async () => {
  const outputs = await read([
    "Step 1/1 : FROM x",
    "\n",
    "# Executing 1 build trigger\n",
    " ---> Running in a4c56edfa169\n",
    "trig\n",
    " ---> Removed intermediate container a4c56edfa169\n",
    " ---> 32622145ecab\n",
    "Successfully built 32622145ecab\n",
    "Successfully tagged a:1\n",
  ]);
  expect(brief(outputs)).toEqual([
    "[1/1] FROM x started",
    "stdout: # Executing 1 build trigger\n",
    "container a4c56edfa169",
    "stdout: trig\n",
    "container gone",
    "layer 32622145ecab",
    "[1/1] FROM x done",
    "stage 0 undefined 32622145ecab",
    "image 32622145ecab",
  ]);
});

test("podman's rendering", async () => {
  const id = "c".repeat(64);
  const outputs = await read([
    "STEP 1/2: FROM x\n",
    "STEP 2/2: RUN echo hi\n",
    "hi\n",
    "COMMIT\n",
    "--> 32622145ecab\n",
    `${id}\n`,
    { aux: { ID: id } },
  ]);
  expect(brief(outputs)).toEqual([
    "[1/2] FROM x started",
    "[1/2] FROM x done",
    "[2/2] RUN echo hi started",
    "stdout: hi\n",
    "layer 32622145ecab",
    "[2/2] RUN echo hi done",
    `stage 0 undefined ${id}`,
    `image ${id}`,
  ]);
});

test("podman's rendering of several stages, of which it leaves one out, and of what it has in its cache", async () => {
  const [a, b] = ["a".repeat(64), "b".repeat(64)];
  const outputs = await read([
    "[1/3] STEP 1/2: FROM x AS Base\n",
    "[1/3] STEP 2/2: RUN echo hi\n",
    `--> Using cache ${a}\n`,
    `--> ${a.slice(0, 11)}\n`,
    `[3/3] STEP 1/2: FROM ${a}\n`,
    "[3/3] STEP 2/2: RUN echo ho\n",
    "ho\n",
    "[3/3] COMMIT\n",
    `--> ${b.slice(0, 11)}\n`,
    `${b}\n`,
    { aux: { ID: b } },
    `Successfully built ${b.slice(0, 12)}\n`,
  ]);
  expect(brief(outputs)).toEqual([
    "[base 1/2] FROM x AS Base started",
    "[base 1/2] FROM x AS Base done",
    "[base 2/2] RUN echo hi started",
    `layer ${a.slice(0, 11)}`,
    "[base 2/2] RUN echo hi cached",
    `stage 0 base ${a.slice(0, 11)}`,
    `[stage-2 1/2] FROM ${a} started`,
    `[stage-2 1/2] FROM ${a} done`,
    "[stage-2 2/2] RUN echo ho started",
    "stdout: ho\n",
    `layer ${b.slice(0, 11)}`,
    "[stage-2 2/2] RUN echo ho done",
    `stage 2 undefined ${b}`,
    `image ${b}`,
  ]);
  expect(new Set(outputs.flatMap((one) => (one.type === "step" ? [one.id] : [])))).toHaveLength(4);
});

test("warnings, and the progress of a pull", async () => {
  const outputs = await read([
    "Step 1/1 : FROM x",
    "\n",
    { status: "Pulling from library/x", id: "1" },
    { status: "Downloading", id: "0a1b", progressDetail: { current: 5, total: 10 } },
    " ---> 32622145ecab\n",
    "[Warning] One or more build-args [A] were not consumed\n",
  ]);
  expect(outputs.filter((o) => o.type === "progress" || o.type === "warning")).toEqual([
    { type: "progress", step: "1", label: "1: Pulling from library/x", current: 0 },
    { type: "progress", step: "1", label: "0a1b: Downloading", current: 5, total: 10 },
    { type: "warning", message: "One or more build-args [A] were not consumed" },
  ]);
});

test("durations come from the clock", async () => {
  let time = 0;
  const records = each([{ stream: "Step 1/1 : FROM x" }, { stream: " ---> 32622145ecab\n" }]);
  const outputs = await collect(readClassicOutput(records, () => (time += 250)));
  expect(outputs).toContainEqual({ type: "step", id: "1", name: "[1/1] FROM x", state: "done", durationMs: 250 });
});

async function recorded(name: string): Promise<BuilderOutput[]> {
  const bytes = await readFile(path.join(import.meta.dirname, `../fixtures/${name}.ndjson`));
  return collect(readClassicOutput(jsonRecords([bytes])));
}

function read(records: (string | Record<string, unknown>)[]): Promise<BuilderOutput[]> {
  return collect(readClassicOutput(each(records.map((one) => (typeof one === "string" ? { stream: one } : one)))));
}

function brief(outputs: BuilderOutput[]): string[] {
  return outputs.map((o) => {
    if (o.type === "step") return `${o.name} ${o.state}`;
    if (o.type === "log") return `${o.stream}: ${o.data}`;
    if (o.type === "layer") return `${o.made ? "layer" : "base"} ${o.id}`;
    if (o.type === "container") return `container ${o.id ?? "gone"}`;
    if (o.type === "stage") return `stage ${o.index} ${o.name} ${o.imageId}`;
    if (o.type === "image") return `image ${o.imageId}`;
    return o.type === "failure" ? `failure ${o.message}` : o.type;
  });
}

async function* each<T>(items: T[]): AsyncGenerator<T, void, void> {
  yield* items;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
