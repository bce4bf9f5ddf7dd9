import { execFile, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { type Dockerode, connect, type Engine } from "@slipway/transport";
import { readEntries } from "@slipway/context";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixtureProject } from "../test/fixture-project.ts";
import { randomContext, seededRandom } from "../test/random-context.ts";
import { removeImages } from "../test/remove-images.ts";
import { buildProject } from "./build-project.ts";

const run = promisify(execFile);
const runId = `multibuild-same-${randomUUID().slice(0, 8)}`;
const dockerfile = `FROM slipway-base/busybox:1\nLABEL dev.slipway.test="${runId}"\nCOPY . /context\n`;
let engine: Engine;
let folder: string;

beforeAll(async () => {
  engine = await connect();
  folder = await mkdtemp(path.join(tmpdir(), "slipway-test-"));
});

afterAll(async () => {
  await removeImages(engine, runId);
  engine.close();
  await rm(folder, { recursive: true });
});

/** What an image has in /context: each entry's kind, mode, time, link and content. */
async function contentsOf(image: string): Promise<Record<string, unknown>> {
  const labels = { "dev.slipway.test": runId };
  const container: Dockerode.Container = await engine.docker.createContainer({ Image: image, Labels: labels });
  try {
    const archive = await container.getArchive({ path: "/context" });
    const contents: Record<string, unknown> = {};
    for await (const { header, body } of readEntries(Readable.from(archive as AsyncIterable<Buffer>))) {
      const hash = createHash("sha256");
      for await (const chunk of body) hash.update(chunk as Buffer);
      const { name, type, mode, uid, gid, size, mtime, linkname } = header;
      // The copy's own folder has the time of the build.
      const time = name === "context" ? undefined : mtime?.getTime();
      contents[name] = { type, mode, uid, gid, size, mtime: time, linkname, content: hash.digest("hex") };
    }
    return contents;
  } finally {
    await container.remove({ force: true });
  }
}

const seeds = [1, Number(process.env["SLIPWAY_SEED"] ?? Math.floor(Math.random() * 1e9))];

test.each(seeds)("what a build sees is what docker build sees, file for file (seed %s)", async (seed) => {
  const random = seededRandom(seed);
  const project = path.join(folder, String(seed));
  const services = ["one", "two"];
  for (const service of services) {
    await mkdir(path.join(project, service), { recursive: true });
    await randomContext(path.join(project, service), random, dockerfile);
  }
  const composition = (name: string): ReturnType<typeof fixtureProject> =>
    fixtureProject(Object.fromEntries(services.map((service) => [service, { build: { context: service } }])), name);
  const tar = spawn("tar", ["-cf", "-", "-C", project, "."], { stdio: ["ignore", "pipe", "ignore"] });
  const how = { noCache: true, builder: "classic" } as const;
  const fromFolder = await buildProject(composition(`${runId}-f${seed}`), { directory: project }, engine, how).result;
  const fromStream = await buildProject(composition(`${runId}-s${seed}`), tar.stdout, engine, how).result;
  for (const [i, service] of services.entries()) {
    const judge = `${runId}-judge-${seed}-${service}`;
    const env = { ...process.env, DOCKER_BUILDKIT: "0" };
    await run("docker", ["build", "-q", "--no-cache", "-t", judge, path.join(project, service)], { env });
    const expected = await contentsOf(judge);
    expect(Object.keys(expected).length).toBeGreaterThan(3);
    for (const image of [fromFolder[i], fromStream[i]]) {
      expect(image).toMatchObject({ successful: true });
      expect(await contentsOf(image?.name ?? "")).toEqual(expected);
    }
  }
});
