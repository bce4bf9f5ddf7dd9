import { execFileSync } from "node:child_process";
import path from "node:path";
import { chmod, readdir, stat, utimes } from "node:fs/promises";
import { expect, test } from "vitest";
import { plainScripts, useBench } from "../test/bench.ts";
import { asDockerfile } from "./export-dockerfile.ts";
import { build } from "./build.ts";
import { rebuildRequest } from "./rebuild-request.ts";

const bench = useBench();

const labelled = (tag: string): Promise<{ readonly Config: Readonly<Record<string, unknown>> }> =>
  bench.engine.docker.getImage(tag).inspect() as never;

test.each(["build", "run"] as const)("secrets reach prepare and nothing else, by method %s", async (method) => {
  const prepare =
    "#!/bin/sh -e\nwc -c < /run/secrets/token > /app/size\ncat /run/secrets/token\nls -ln /run/secrets/token\n";
  const baseImage = await bench.builder(
    { ...plainScripts, prepare },
    { dockerfile: "RUN mkdir /app && chown 1001 /app\nUSER 1001" },
  );
  const secret = "a-secret-that-nobody-sees";
  const request = bench.request({
    source: await bench.folder({ a: "a" }),
    baseImage,
    method,
    secrets: { token: { value: secret } },
    clean: true,
  });
  const run = build(request);
  let log = "";
  for await (const event of run) log += JSON.stringify(event);
  await run.result;
  expect(log).not.toContain(secret);
  expect(log).toContain("***");
  expect(await bench.look(request.tag, "cat /app/size; ls -A /run/secrets")).toMatch(/^25\n(?:ls: .*\n)?$/);
  const history = JSON.stringify(await bench.engine.docker.getImage(request.tag).history());
  expect(history + JSON.stringify(await labelled(request.tag))).not.toContain(secret);
});

test.each(["build", "run"] as const)("the same source gives the same layers, by method %s", async (method) => {
  const sourceDateEpoch = 1_600_000_000;
  const baseImage = await bench.builder({
    ...plainScripts,
    prepare: "#!/bin/sh -e\nmkdir /app\ncp -R /tmp/src/. /app/\ndate -u -d @1500000000 > /app/date\n",
  });
  const layers: (readonly string[])[] = [];
  for (let round = 0; round < 2; round += 1) {
    const source = await bench.folder({ "index.html": "x", "sub/page.html": "y" });
    await utimes(path.join(source, "index.html"), 1_650_000_000 + round, 1_650_000_000 + round);
    const request = bench.request({
      source,
      baseImage,
      method,
      sourceDateEpoch,
      clean: true,
      tag: `${bench.runId}/same-${method}`,
      removePrevious: true,
    });
    const result = await build(request).result;
    layers.push(result.layers);
    expect(await bench.look(request.tag, "find /app /tmp/src | xargs stat -c %Y | sort -u")).toBe("1600000000\n");
  }
  expect(layers[0]?.length).toBeGreaterThan(0);
  expect(layers[1]).toEqual(layers[0]);
  expect(await bench.leftovers()).toEqual([]);
});

test("caches are kept from build to build, a clean build begins anew, and the image has none of them", async () => {
  const prepare = "#!/bin/sh -e\nmkdir /app\necho x >> /var/cache/app/count\ncp /var/cache/app/count /app/count\n";
  const scripts = { prepare, run: plainScripts["run"] ?? "" };
  const baseImage = await bench.builder(scripts, { dockerfile: 'LABEL dev.slipway.sti.caches="/var/cache/app"' });
  const request = bench.request({ source: await bench.folder({ a: "1" }), baseImage, removePrevious: true });
  const counts: string[] = [];
  for (const [a, clean] of [
    ["1", false],
    ["2", false],
    ["3", true],
    ["4", false],
  ] as const) {
    await build({ ...request, source: await bench.folder({ a }), clean }).result;
    counts.push(await bench.look(request.tag, "cat /app/count | tr -d '\\n'; ls -A /var/cache/app"));
  }
  expect(counts).toEqual(["x", "xx", "x", "xx"]);
});

test("a Dockerfile that makes the same image", async () => {
  const baseImage = await bench.builder();
  const environment = { A: `it's "b" $HOME \\ c,d=e` };
  const request = bench.request({
    source: await bench.folder({ "index.html": "x", "run.sh*": "y", ".s2i/bin/run": "#!/bin/sh\necho mine $A\n" }),
    baseImage,
    environment,
  });
  await build(request).result;
  const file = path.join(bench.path("docker"), "Dockerfile");
  await asDockerfile(request, file).result;
  const other = `${request.tag}-by-docker`;
  execFileSync("docker", ["build", "-q", "-t", other, "-f", file, path.dirname(file)], {
    env: { ...process.env, DOCKER_BUILDKIT: "0" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  expect(await bench.output(other)).toBe(await bench.output(request.tag));
  const [mine, theirs] = await Promise.all([labelled(request.tag), labelled(other)]);
  const fields = ["Cmd", "Env", "Entrypoint", "User", "WorkingDir", "Labels"] as const;
  for (const field of fields) expect(theirs.Config[field], field).toEqual(mine.Config[field]);
  const listing =
    "cd / && find app tmp -type f | grep -v environment | sort | xargs ls -ln | awk '{ print $1, $3, $4, $5, $9 }'";
  expect(await bench.look(other, listing)).toBe(await bench.look(request.tag, listing));
  await expect(asDockerfile({ ...request, environment: { A: "1\n2" } }, `${file}2`).result).rejects.toMatchObject({
    code: "STI_CREATE_DOCKERFILE_FAILED",
  });
});

test("a Dockerfile written into the source itself, and into a folder; modes are those of the source", async () => {
  const source = await bench.folder({ "index.html": "x", "run.sh*": "y", "sub/page.html": "z" });
  await chmod(path.join(source, "index.html"), 0o666);
  await chmod(path.join(source, "sub"), 0o777);
  const request = bench.request({ source, baseImage: await bench.builder() });
  const { file } = await asDockerfile(request, source).result;
  expect(file).toBe(path.join(source, "Dockerfile"));
  const upload = path.join(source, "upload/src");
  expect((await readdir(upload)).toSorted()).toEqual(["index.html", "run.sh", "sub"]);
  const modes = ["index.html", "run.sh", "sub"].map(async (name) => (await stat(path.join(upload, name))).mode & 0o777);
  expect(await Promise.all(modes)).toEqual([0o666, 0o755, 0o777]);
  await expect(asDockerfile(request, file).result).rejects.toMatchObject({
    code: "STI_CREATE_DOCKERFILE_FAILED",
    hint: expect.stringContaining("is there already"),
  });
});

test("a rebuild by what the labels say", async () => {
  const baseImage = await bench.builder();
  const environment = { A: "b,c=d" };
  const source = await bench.folder({ "web/index.html": "x" });
  const request = bench.request({
    source,
    baseImage,
    environment,
    contextDir: "web",
    method: "run",
    removePrevious: true,
  });
  await build(request).result;
  const again = await rebuildRequest(request.tag, { engine: bench.engine });
  expect(again).toMatchObject({ source, baseImage, environment, contextDir: "web", method: "run", tag: request.tag });
  expect((await build({ ...request, ...again }).result).incremental).toBe(true);
  await expect(rebuildRequest("slipway-base/busybox:1", { engine: bench.engine })).rejects.toMatchObject({
    code: "STI_NO_LABELS",
  });
});
