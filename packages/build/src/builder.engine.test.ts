import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { packEntries } from "@slipway/context";
import { connect, type Engine, inspectImage } from "@slipway/transport";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { BuildHooks, ErrorHandler } from "./build-hooks.ts";
import { Builder, type EngineBuildOptions } from "./builder.ts";

const runId = `builder-${randomBytes(4).toString("hex")}`;
const filters = { label: [`dev.slipway.test=${runId}`] };
const head = `FROM slipway-base/busybox:1\nLABEL dev.slipway.test=${runId}\n`;

let engine: Engine;
let builder: Builder;
let folder: string;

beforeAll(async () => {
  engine = await connect();
  builder = Builder.fromDockerode(engine.docker);
});

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-builder-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
  const left = await engine.docker.listContainers({ all: true, filters });
  if (left.length > 0) throw new Error(`containers are left: ${left.map(({ Id }) => Id).join(" ")}`);
});

afterAll(async () => {
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

type Call = [hook: string, ...values: unknown[]];
type Start = (hooks: BuildHooks, handler: ErrorHandler) => NodeJS.ReadWriteStream;

/** The hooks that a build calls, until the last of them; `throwing` throw what is thrown here. */
async function callsOf(start: Start, throwing: Partial<Record<keyof BuildHooks, Error>> = {}): Promise<Call[]> {
  const calls: Call[] = [];
  const called = (name: keyof BuildHooks, ...values: unknown[]): void => {
    calls.push([name, ...values]);
    if (throwing[name]) throw throwing[name];
  };
  const hooks: BuildHooks = {
    buildStream: (own) => called("buildStream", own),
    buildSuccess: (imageId, layers) => called("buildSuccess", imageId, layers),
    buildFailure: (error) => called("buildFailure", error),
  };
  const closed = await new Promise<NodeJS.ReadWriteStream>((resolve) => {
    const stream = start(hooks, (error) => calls.push(["handler", error]));
    stream.once("close", () => resolve(stream));
  });
  // What the hooks do comes in the turn of the event loop in which the stream closes, at the latest.
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls.shift()).toEqual(["buildStream", closed]);
  return calls;
}

const directory =
  (options: EngineBuildOptions = {}): Start =>
  (hooks, handler) =>
    builder.buildDir(folder, options, hooks, handler);

describe.each(["1", "2"] as const)("version %s", (version) => {
  test("a folder, also a big one, and though nobody reads the text", async () => {
    await writeFile(path.join(folder, "Dockerfile"), `${head}RUN echo said; test ! -e /c/left-out\nCOPY . /c\n`);
    await writeFile(path.join(folder, ".dockerignore"), "left-out\n");
    await writeFile(path.join(folder, "left-out"), "");
    await writeFile(path.join(folder, "big"), randomBytes(3_000_000));
    const tag = `slipway-test-${runId}:v${version}`;
    const calls = await callsOf(directory({ version, t: tag }));
    const image = await inspectImage(engine, tag);
    expect(calls).toEqual([["buildSuccess", image?.Id, expect.any(Array)]]);
    const layers = calls[0]?.[2] as string[];
    expect(layers.length > 0).toBe(version === "1");
    for (const layer of layers) expect(layer).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test("a tar archive written in the hook; the text is read from the same stream", async () => {
    const tar = packEntries(
      (async function* () {
        const body = `${head}RUN echo said ${version} # ${runId}\n`;
        yield { header: { name: "D", type: "file" as const }, body };
      })(),
    );
    let said = Promise.resolve("");
    const imageId = await new Promise<string>((resolve, reject) => {
      builder.createBuildStream(
        { version, dockerfile: "D" },
        {
          buildStream: (stream) => {
            tar.pipe(stream);
            said = text(stream);
          },
          buildSuccess: resolve,
          buildFailure: reject,
        },
      );
    });
    expect(imageId).toMatch(/^sha256:/);
    expect(await said).toMatch(version === "1" ? /^Step 1\/3 : FROM .*^said 1$.*Successfully built/ms : /^said 2$/m);
  });

  test("a failing build is told to buildFailure alone", async () => {
    await writeFile(path.join(folder, "Dockerfile"), `${head}RUN exit 7\n`);
    const calls = await callsOf(directory({ version }));
    expect(calls).toEqual([["buildFailure", expect.objectContaining({ code: "BUILD_FAILED", exitCode: 7 })]]);
  });

  test("destroying the stream ends the build", async () => {
    await writeFile(path.join(folder, "Dockerfile"), `${head}RUN echo begun; sleep 1000 # ${version}\n`);
    const start: Start = (hooks, handler) => {
      const stream = directory({ version })(hooks, handler);
      let seen = "";
      stream.on("data", (data: Buffer) => {
        seen += data.toString();
        if (/^begun$/m.test(seen)) (stream as unknown as { destroy(): void }).destroy();
      });
      return stream;
    };
    const failed = new Promise<Error>((resolve) => {
      start({ buildFailure: resolve }, () => undefined);
    });
    expect(await failed).toMatchObject({ name: "AbortError" });
  });
});

test("what a hook throws reaches the handler, and no other hook", async () => {
  await writeFile(path.join(folder, "Dockerfile"), head);
  const thrown = new Error("thrown by a hook");
  expect(await callsOf(directory(), { buildSuccess: thrown })).toEqual([
    ["buildSuccess", expect.any(String), expect.any(Array)],
    ["handler", thrown],
  ]);
  const [first, second] = await callsOf(directory(), { buildStream: thrown });
  expect([first, second?.[0]]).toEqual([["handler", thrown], "buildSuccess"]);
  await writeFile(path.join(folder, "Dockerfile"), "");
  expect(await callsOf(directory(), { buildFailure: thrown })).toEqual([
    ["buildFailure", expect.objectContaining({ code: "BUILD_BAD_DOCKERFILE" })],
    ["handler", thrown],
  ]);
});

test("what the stream is destroyed with is the build's failure, and nothing else has to hear of it", async () => {
  for (const reason of [new Error("the source is gone"), undefined]) {
    const failed = new Promise<Error>((resolve) => {
      const buildStream = (stream: NodeJS.ReadWriteStream): void => void (stream as Duplex).destroy(reason);
      builder.createBuildStream({}, { buildStream, buildFailure: resolve });
    });
    expect((await failed).message).toBe(reason?.message ?? "the build's stream was destroyed");
  }
});

test("a hook's promise that rejects reaches the handler too", async () => {
  await writeFile(path.join(folder, "Dockerfile"), head);
  const thrown = new Error("later");
  const handled = new Promise((resolve) => {
    builder.buildDir(folder, {}, { buildSuccess: () => Promise.reject(thrown) }, resolve);
  });
  expect(await handled).toBe(thrown);
});

test("hooks and handler may be left out", async () => {
  await writeFile(path.join(folder, "Dockerfile"), "RUNN\n");
  const stream = builder.buildDir(folder);
  const closed = new Promise((resolve) => stream.once("close", () => resolve("closed")));
  expect(await closed).toBe("closed");
});

test("a folder that is not there, and an abort, are failures of the build", async () => {
  const none = path.join(folder, "none");
  expect(await callsOf((hooks, handler) => builder.buildDir(none, {}, hooks, handler))).toEqual([
    ["buildFailure", expect.objectContaining({ code: "CONTEXT_NOT_FOUND" })],
  ]);
  const reason = new Error("enough");
  const calls = await callsOf(directory({ abortSignal: AbortSignal.abort(reason) }));
  expect(calls).toEqual([["buildFailure", reason]]);
});

test("an engine by its address, and one that is not there", async () => {
  await writeFile(path.join(folder, "Dockerfile"), head);
  const url = new URL(engine.host);
  const here = Builder.fromDockerOpts(
    url.protocol === "unix:" ? { socketPath: url.pathname } : { host: url.hostname, port: url.port },
  );
  const built = await callsOf((hooks, handler) => here.buildDir(folder, {}, hooks, handler));
  expect(built[0]?.[0]).toBe("buildSuccess");
  const nowhere = Builder.fromDockerOpts({ socketPath: path.join(folder, "none.sock") });
  const failed = await callsOf((hooks, handler) => nowhere.buildDir(folder, {}, hooks, handler));
  expect(failed).toEqual([["buildFailure", expect.objectContaining({ code: "TRANSPORT_NO_ENGINE" })]]);
});
