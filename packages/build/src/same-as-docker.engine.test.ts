import { execFile } from "node:child_process";
import { createHash, randomInt } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { packDirectory, readEntries } from "@slipway/context";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomContext } from "../test/random-context.ts";
import { TestRun } from "../test/test-run.ts";
import { build, buildDirectory } from "./build.ts";

const run = promisify(execFile);
let tests: TestRun;

beforeAll(async () => {
  tests = await TestRun.open("same");
});
afterAll(() => tests.close());

/** What an image has in /c: of each path what it is, with all that a build keeps of it. */
async function filesOf(image: string): Promise<Map<string, string[]>> {
  const { docker } = tests.engine;
  const labels = { "dev.slipway.test": tests.id };
  const container = await docker.createContainer({ Image: image, Cmd: ["none"], Labels: labels });
  try {
    const archive = (await container.getArchive({ path: "/c" })) as Readable;
    const files = new Map<string, string[]>();
    for await (const { header, body } of readEntries(archive)) {
      const { name, type, mode, uid, gid, mtime, linkname } = header;
      const content = await buffer(body);
      const digest = createHash("sha256").update(content).digest("hex").slice(0, 8);
      const seconds = Math.floor((mtime?.getTime() ?? 0) / 1000);
      // The folder itself is the COPY's own.
      const when = name === "c" ? "" : seconds;
      files.set(name, [
        `${type} ${linkname ?? ""}`,
        (mode ?? 0).toString(8),
        `${uid}:${gid} ${when} ${content.length} ${digest}`,
      ]);
    }
    return files;
  } finally {
    await container.remove();
  }
}

/** Without what the engine's BuildKit does differently: it keeps setuid and setgid of files, and no folder's time. */
function loosely(files: Map<string, string[]>): [string, string[]][] {
  return [...files].map(([name, [type = "", mode = "", rest = ""]]) =>
    type.startsWith("directory") ? [name, [type, mode]] : [name, [type, mode.slice(-3), rest]],
  );
}

// The same ones in each run of CI, others elsewhere.
const count = Number(process.env["SLIPWAY_RANDOM_CONTEXTS"] ?? 6);
const seeds = Array.from({ length: count }, (_, index) => (process.env["CI"] ? index + 1 : randomInt(2 ** 31)));

test.each(seeds)("the files of a folder's image are those of docker's own build (seed %i)", async (seed) => {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-same-"));
  try {
    await randomContext(folder, seed);
    const text = `FROM scratch\nLABEL dev.slipway.test=${tests.id}\nCOPY . /c/\n`;
    await writeFile(path.join(folder, "Dockerfile"), text);
    const { stdout } = await run("docker", ["build", "-q", folder], { env: { ...process.env, DOCKER_BUILDKIT: "0" } });
    const expected = await filesOf(/sha256:\w+/.exec(stdout)?.[0] ?? "");
    const noCache = true;
    const ours = {
      classic: buildDirectory(tests.engine, folder, { builder: "classic", noCache }),
      incremental: buildDirectory(tests.engine, folder, { builder: "buildkit", noCache }),
      tar: build(tests.engine, packDirectory(folder), { builder: "buildkit", noCache }),
    };
    const files = async (how: keyof typeof ours): Promise<Map<string, string[]>> => {
      const { imageId } = await ours[how].result;
      return filesOf(imageId);
    };
    expect([...(await files("classic"))]).toEqual([...expected]);
    expect(loosely(await files("incremental"))).toEqual(loosely(expected));
    expect(loosely(await files("tar"))).toEqual(loosely(expected));
  } finally {
    await rm(folder, { recursive: true });
  }
});
