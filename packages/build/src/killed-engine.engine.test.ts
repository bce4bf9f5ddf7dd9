import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect } from "@slipway/transport";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OwnEngine } from "../test/own-engine.ts";
import { build, buildDirectory, type BuildRun } from "./build.ts";
import { tarOf } from "../test/test-run.ts";
import { Builder } from "./builder.ts";

let own: OwnEngine;
let folder: string;

beforeAll(async () => {
  own = await OwnEngine.start();
  const shared = await connect();
  await own.take(shared, "slipway-base/busybox:1");
  shared.close();
  folder = await mkdtemp(path.join(tmpdir(), "slipway-killed-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await own.close();
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

test.each(["buildkit", "classic"] as const)(
  "%s: an engine that is killed in the middle of a build; once it is back, the next build works",
  async (builder) => {
    await killedWithin(build(own.engine, tarOf({ Dockerfile: begin }), { builder }));
    const nobody = build(own.engine, tarOf({ Dockerfile: begin }), { builder });
    await expect(nobody.result).rejects.toMatchObject({ code: "TRANSPORT_CONNECTION_LOST" });
    await own.restart();
    const next = build(own.engine, tarOf({ Dockerfile: "FROM slipway-base/busybox:1\nRUN true\n" }), { builder });
    await expect(next.result).resolves.toMatchObject({ builder });

    await writeFile(path.join(folder, "Dockerfile"), `${begin}COPY . /\n`);
    await killedWithin(buildDirectory(own.engine, folder, { builder }));
    await own.restart();

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
      Builder.fromDockerode(own.engine.docker).buildDir(folder, builder === "buildkit" ? { version: "2" } : {}, hooks);
    });
    expect(told).toMatchObject({ code: expect.stringMatching(/CONNECTION_LOST|BROKEN_STREAM/) });
    await own.restart();
  },
);
