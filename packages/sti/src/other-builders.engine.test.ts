import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type EntryToPack, packEntries } from "@slipway/context";
import { build as buildImage } from "@slipway/build";
import { expect, test } from "vitest";
import { plainScripts, s2iScripts, useBench } from "../test/bench.ts";
import { emulatorsFolder } from "../test/emulators.ts";
import { asDockerfile } from "./export-dockerfile.ts";
import { build } from "./build.ts";

const bench = useBench();

/** All images that were made on top of one, also those in between. */
async function madeFrom(base: string): Promise<string[]> {
  const { docker } = bench.engine;
  const { Id } = await docker.getImage(base).inspect();
  const parents = new Map((await docker.listImages({ all: true })).map((image) => [image.Id, image.ParentId]));
  const isOf = (id: string | undefined): boolean => id === Id || (id !== undefined && isOf(parents.get(id)));
  return [...parents.keys()].filter((id) => id !== Id && isOf(id));
}

test("the classic builder: clean, incremental, extended, and nothing is left", async () => {
  const baseImage = await bench.builder();
  const runtimeImage = await bench.builder({
    prepare: "#!/bin/sh -e\nmkdir /site\ncp -R /tmp/src/. /site/\necho $GREETING > /site/greeting\n",
    run: "#!/bin/sh\necho serving $(ls /site)\n",
  });
  const environment = { LIST: "a,b=c", QUOTED: `it's "x" \\ $HOME`, LINES: "one\ntwo", GREETING: "good day" };
  const source = await bench.folder({ "index.html": "<p>hello</p>\n", "a b/c*": "x" });
  const request = bench.request({ source, baseImage, environment, builder: "classic", removePrevious: true });
  expect((await build(request).result).incremental).toBe(false);
  expect(await bench.output(request.tag)).toBe("running: a b count environment index.html \n");
  const inside = 'for name in LIST QUOTED LINES; do eval "printf \'%s;\' \\"\\$$name\\""; done';
  expect(await bench.look(request.tag, inside)).toBe(`a,b=c;it's "x" \\ $HOME;one\ntwo;`);
  for (const count of ["x\nx\n", "x\nx\nx\n"]) {
    expect((await build(request).result).incremental).toBe(true);
    expect(await bench.look(request.tag, "cat /app/count")).toBe(count);
  }
  const extended = { ...request, tag: `${request.tag}-extended`, runtimeImage };
  await build(extended).result;
  expect((await build(extended).result).incremental).toBe(true);
  expect(await bench.output(extended.tag)).toBe("serving a b count environment greeting index.html\n");
  expect(await bench.look(extended.tag, "cat /site/count /site/greeting")).toBe("x\nx\ngood day\n");

  for (const image of [request.tag, extended.tag, `${extended.tag}-build`]) {
    await bench.engine.docker.getImage(image).remove({ force: true });
  }
  expect([...(await madeFrom(baseImage)), ...(await madeFrom(runtimeImage))]).toEqual([]);
  expect(await bench.leftovers()).toEqual([]);
});

test("the classic builder: s2i's layout; a failure and an abort leave nothing; the same layers again", async () => {
  const source = await bench.folder({ "index.html": "x" });
  const s2i = await bench.builder(s2iScripts, {
    folder: "/usr/libexec/s2i",
    dockerfile: "RUN mkdir /app && chown 1001 /app\nUSER 1001",
  });
  const request = bench.request({ source, baseImage: s2i, builder: "classic", removePrevious: true });
  await build(request).result;
  await build(request).result;
  expect(await bench.look(request.tag, "cat /app/count; stat -c %u /app/count")).toBe("x\nx\n1001\n");

  const failing = await bench.builder({ ...plainScripts, prepare: "#!/bin/sh\necho oh no\nexit 42\n" });
  const other = { ...request, tag: `${request.tag}-other` };
  await expect(build({ ...other, baseImage: failing }).result).rejects.toMatchObject({
    code: "STI_BUILD_FAILED",
    exitCode: 42,
    output: ["oh no"],
  });
  expect(await madeFrom(failing)).toEqual([]);
  const hanging = await bench.builder({ ...plainScripts, prepare: "#!/bin/sh\necho waiting\nsleep 1000\n" });
  await expect(build({ ...other, baseImage: hanging, scriptTimeoutMs: 1_000 }).result).rejects.toMatchObject({
    code: "STI_TIMED_OUT",
  });
  expect(await madeFrom(hanging)).toEqual([]);

  const fixed = await bench.builder({ ...plainScripts, prepare: "#!/bin/sh -e\nmkdir /app\ncp /tmp/src/* /app/\n" });
  const layers: (readonly string[])[] = [];
  for (let round = 0; round < 2; round += 1) {
    const same = { ...other, source: await bench.folder({ a: "a" }), baseImage: fixed, sourceDateEpoch: 1_600_000_000 };
    layers.push((await build({ ...same, clean: true }).result).layers);
    await delay(1_000 - (Date.now() % 1_000)); // the next second, which would be another time in the layers
  }
  expect(layers[1]).toEqual(layers[0]);
  expect(await bench.leftovers()).toEqual([]);
});

test("the classic builder refuses what needs BuildKit, and does without caches that a builder only proposes", async () => {
  const source = await bench.folder({ a: "a" });
  const baseImage = await bench.builder(plainScripts, { dockerfile: 'LABEL dev.slipway.sti.caches="/var/cache/app"' });
  const request = bench.request({ source, baseImage, builder: "classic", removePrevious: true });
  const secrets = { token: { value: "a-secret" } };
  await expect(build({ ...request, secrets }).result).rejects.toMatchObject({
    code: "STI_NOT_SUPPORTED",
    message: expect.stringContaining("secrets need BuildKit"),
    hint: expect.stringContaining("method run"),
  });
  await expect(build({ ...request, caches: ["/cache"] }).result).rejects.toMatchObject({
    code: "STI_NOT_SUPPORTED",
    message: expect.stringContaining("caches need BuildKit"),
  });
  const { messages } = await build(request).result;
  expect(messages).toContainEqual(expect.stringContaining("caches"));
  expect((await build({ ...request, secrets, method: "run" }).result).success).toBe(true);
});

/** A builder image for another platform, of that platform's busybox. */
async function foreignBuilder(platform: string, busybox: string): Promise<string> {
  const tag = `${bench.runId}/foreign-${path.basename(busybox)}`;
  const shell = await readFile(busybox);
  const links = ["sh", "uname", "cat", "cp", "mkdir", "echo", "id", "env", "ls", "tr"];
  function* entries(): Generator<EntryToPack> {
    const dockerfile = "FROM scratch\nCOPY files/ /\n";
    yield { header: { name: "Dockerfile", type: "file" }, body: dockerfile };
    yield { header: { name: "files/bin/busybox", type: "file", mode: 0o755 }, body: shell };
    for (const name of links) yield { header: { name: `files/bin/${name}`, type: "symlink", linkname: "busybox" } };
    for (const [name, body] of Object.entries({ ...plainScripts, prepare: prepareForeign })) {
      yield { header: { name: `files/usr/bin/${name}`, type: "file", mode: 0o755 }, body };
    }
  }
  await buildImage(bench.engine, packEntries(entries()), { tags: [tag], platform, labels: bench.labels }).result;
  return tag;
}

const prepareForeign = `${plainScripts["prepare"]}\nuname -m > /app/machine\n`;

test("another platform: an emulator is registered if that is allowed, and the image is of that platform", async () => {
  const folder = await emulatorsFolder();
  const platform = "linux/arm/v7";
  const baseImage = await foreignBuilder(platform, path.join(folder, "busybox-armhf"));
  const source = await bench.folder({ "index.html": "x" });
  for (const method of ["build", "run"] as const) {
    const emulation = { register: true, emulator: path.join(folder, "qemu-arm-static") };
    const request = bench.request({ source, baseImage, platform, method, emulation, removePrevious: true });
    await build(request).result;
    expect((await build(request).result).incremental).toBe(true);
    const image = await bench.engine.docker.getImage(request.tag).inspect();
    expect([image.Os, image.Architecture]).toEqual(["linux", "arm"]);
    expect(await bench.fileIn(request.tag, "/app/machine")).toBe("armv7l\n");
    expect(await bench.fileIn(request.tag, "/app/count")).toBe("x\nx\n");
  }
  const file = path.join(bench.path("docker"), "Dockerfile");
  const emulation = { register: true, emulator: path.join(folder, "qemu-arm-static") };
  const { text } = await asDockerfile(bench.request({ source, baseImage, platform, emulation }), file).result;
  expect(text).toMatch(/^FROM --platform=linux\/arm\/v7 /);
  expect(await bench.leftovers()).toEqual([]);
});

test("another platform that nothing emulates: it says so, and what would help", async () => {
  const folder = await emulatorsFolder();
  const platform = "linux/s390x";
  const baseImage = await foreignBuilder(platform, path.join(folder, "busybox-arm64"));
  const request = bench.request({ source: await bench.folder({ a: "a" }), baseImage, platform });
  for (const method of ["build", "run"] as const) {
    await expect(build({ ...request, method }).result).rejects.toMatchObject({
      code: "STI_NOT_SUPPORTED",
      message: "the engine does not run programs of linux/s390x",
      hint: expect.stringContaining("register an emulator"),
    });
  }
  await expect(build({ ...request, platform: "linux/pdp11" }).result).rejects.toMatchObject({
    code: "STI_BAD_REQUEST",
  });
  expect(await bench.leftovers()).toEqual([]);
});
