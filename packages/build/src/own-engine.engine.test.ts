import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { testEngine, type TestEngine } from "@slipway/testing";
import { connect, type Engine, loadImages, saveImages } from "@slipway/transport";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packDirectory } from "@slipway/context";
import { build, buildDirectory, type BuildRun } from "./build.ts";
import { tarOf } from "../test/test-run.ts";
import type { BuildHooks } from "./build-hooks.ts";
import { Builder } from "./builder.ts";

let own: TestEngine;
let engine: Engine;
let folder: string;

beforeAll(async () => {
  own = await testEngine({ tls: true });
  engine = await connect({ host: own.host });
  const shared = await connect();
  await loadImages(engine, await saveImages(shared, ["slipway-base/busybox:1"]));
  shared.close();
  folder = await mkdtemp(path.join(tmpdir(), "slipway-killed-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  engine.close();
  await own.remove();
});

const begin = "FROM slipway-base/busybox:1\nRUN echo begun; sleep 1000\n";

/** Kills the engine once a step has said something, and expects the build's error within seconds. */
async function killedWithin(run: BuildRun): Promise<void> {
  let killed = 0;
  const watching = (async () => {
    for await (const event of run) {
      if (event.type !== "log" || killed > 0) continue;
      killed = performance.now();
      await own.kill();
    }
  })();
  const code = expect.stringMatching(/^(?:TRANSPORT_CONNECTION_LOST|BUILD_BROKEN_STREAM)$/);
  await expect(watching).rejects.toMatchObject({ code });
  await expect(run.result).rejects.toMatchObject({ code });
  expect(performance.now() - killed).toBeLessThan(5000);
}

describe("Builder.fromDockerOpts on an engine with TLS", () => {
  const text = "FROM slipway-base/busybox:1\nARG CODE=0\nCOPY greeting /\nRUN cat /greeting; exit $CODE\n";
  let tls: { host: string; port: string; ca: Buffer; cert: Buffer; key: Buffer };
  beforeAll(async () => {
    const { host, certificates } = own.tcp as { host: string; certificates: string };
    const [ca, cert, key] = (await Promise.all(
      ["ca.pem", "cert.pem", "key.pem"].map((name) => readFile(path.join(certificates, name))),
    )) as [Buffer, Buffer, Buffer];
    const { hostname, port } = new URL(host);
    tls = { host: hostname, port, ca, cert, key };
    await writeFile(path.join(folder, "Dockerfile"), text);
    await writeFile(path.join(folder, "greeting"), "hello by TLS\n");
  });

  /** How a build ends, and its text. */
  function ends(start: (hooks: BuildHooks) => NodeJS.ReadWriteStream): Promise<{ told: unknown; printed: string }> {
    return new Promise((resolve) => {
      let printed = "";
      start({
        buildStream: (stream) => stream.on("data", (data: Buffer) => (printed += data.toString())),
        buildSuccess: (imageId) => resolve({ told: imageId, printed }),
        buildFailure: (told) => resolve({ told, printed }),
      });
    });
  }

  test.each(["1", "2"] as const)("version %s: a folder, an archive, and a failure", async (version) => {
    const builder = Builder.fromDockerOpts(tls);
    const image = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
    const ofFolder = await ends((hooks) => builder.buildDir(folder, { version, nocache: true }, hooks));
    expect(ofFolder).toEqual({ told: image, printed: expect.stringContaining("hello by TLS\n") });
    const ofArchive = await ends((hooks) => {
      const stream = builder.createBuildStream({ version }, hooks);
      packDirectory(folder).pipe(stream);
      return stream;
    });
    expect(ofArchive.told).toEqual(image);
    const buildargs = JSON.stringify({ CODE: "7" });
    const failed = await ends((hooks) => builder.buildDir(folder, { version, buildargs }, hooks));
    expect(failed.told).toMatchObject({ code: "BUILD_FAILED", exitCode: 7 });
  });

  test.each([
    ["without a client's certificate", ({ host, port, ca }: typeof tls) => ({ host, port, ca })],
    ["without the server's authority", ({ ca: _, ...rest }: typeof tls) => rest],
    ["without TLS", ({ host, port }: typeof tls) => ({ host, port })],
  ])("%s it is a failure of the build that says where", async (_, options) => {
    const { told } = await ends((hooks) => Builder.fromDockerOpts(options(tls)).buildDir(folder, {}, hooks));
    expect(told).toMatchObject({
      code: "TRANSPORT_NO_ENGINE",
      message: expect.stringContaining(`${tls.host}:${tls.port}`),
    });
  });
});

test.each(["buildkit", "classic"] as const)(
  "%s: an engine that is killed in the middle of a build; once it is back, the next build works",
  async (builder) => {
    await killedWithin(build(engine, tarOf({ Dockerfile: begin }), { builder }));
    const nobody = build(engine, tarOf({ Dockerfile: begin }), { builder });
    await expect(nobody.result).rejects.toMatchObject({ code: "TRANSPORT_CONNECTION_LOST" });
    await own.start();
    const next = build(engine, tarOf({ Dockerfile: "FROM slipway-base/busybox:1\nRUN true\n" }), { builder });
    await expect(next.result).resolves.toMatchObject({ builder });

    await writeFile(path.join(folder, "Dockerfile"), `${begin}COPY . /\n`);
    await killedWithin(buildDirectory(engine, folder, { builder }));
    await own.start();

    const told = await new Promise<unknown>((resolve) => {
      const hooks = {
        buildStream: (stream: NodeJS.ReadWriteStream) => {
          stream.on("data", (text: Buffer) => {
            if (text.includes("begun\n")) void own.kill();
          });
        },
        buildSuccess: () => resolve("success"),
        buildFailure: resolve,
      };
      Builder.fromDockerode(engine.docker).buildDir(folder, builder === "buildkit" ? { version: "2" } : {}, hooks);
    });
    expect(told).toMatchObject({ code: expect.stringMatching(/CONNECTION_LOST|BROKEN_STREAM/) });
    await own.start();
  },
);
