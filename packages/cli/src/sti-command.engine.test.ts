import { execFileSync } from "node:child_process";
import { access, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect, type Engine } from "@slipway/transport";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "./main.ts";

const examples = path.join(import.meta.dirname, "../../../examples/builders");
const run = `slipway-cli-sti-${process.pid}`;
const names = { node: `${run}/node`, site: `${run}/static-site`, created: `${run}/created` };
let engine: Engine;
let folder: string;

beforeAll(async () => {
  engine = await connect();
  folder = await mkdtemp(path.join(tmpdir(), "slipway-cli-sti-"));
});

afterAll(async () => {
  const filters = { label: [`dev.slipway.test=${run}`] };
  const ours = (await engine.docker.listImages({ filters })).map(({ Id }) => Id);
  const named = (await engine.docker.listImages()).filter(({ RepoTags }) =>
    RepoTags?.some((tag) => tag.startsWith(run)),
  );
  for (const id of new Set([...ours, ...named.map(({ Id }) => Id)])) {
    await engine.docker.getImage(id).remove({ force: true });
  }
  engine.close();
  await rm(folder, { recursive: true, force: true });
});

async function sti(...args: string[]): Promise<{ code: number; stdout: string; stderr: string; lastLine: string }> {
  const result = { code: 0, stdout: "", stderr: "", lastLine: "" };
  result.code = await main(["sti", ...args], {
    stdout: { write: (text) => (result.stdout += text) },
    stderr: { write: (text) => (result.stderr += text) },
    env: process.env,
    cwd: folder,
    signal: new AbortController().signal,
  });
  result.lastLine = result.stderr.trimEnd().split("\n").at(-1) ?? "";
  return result;
}

function docker(...args: string[]): string {
  const env = { ...process.env, DOCKER_BUILDKIT: "0" };
  return execFileSync("docker", args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "ignore"] });
}

function dockerBuild(tag: string, context: string): void {
  docker("build", "-q", "-t", tag, "--label", `dev.slipway.test=${run}`, context);
}

/** A Node.js application whose one dependency counts how often it is installed. */
async function nodeApp(): Promise<string> {
  const app = path.join(folder, "app");
  await mkdir(path.join(folder, "package"), { recursive: true });
  await mkdir(app);
  const dependency = { name: "greeter", version: "1.0.0", main: "index.js" };
  await writeFile(path.join(folder, "package/package.json"), JSON.stringify(dependency));
  await writeFile(path.join(folder, "package/index.js"), 'module.exports = (name) => "hello " + name;\n');
  execFileSync("tar", ["-czf", path.join(app, "greeter.tgz"), "-C", folder, "package"]);
  const dependencies = { greeter: "file:greeter.tgz" };
  const manifest = { name: "app", private: true, scripts: { start: "node index.js" }, dependencies };
  await writeFile(path.join(app, "package.json"), JSON.stringify(manifest));
  await writeFile(path.join(app, "index.js"), 'console.log(require("greeter")(process.env.NAME));\n');
  return app;
}

test("the node example: the second build installs nothing again; the site example is served by another image", async () => {
  dockerBuild(names.node, path.join(examples, "node"));
  dockerBuild(names.site, path.join(examples, "static-site"));
  await nodeApp();
  const tag = `${run}/app`;
  const first = await sti("build", "app", names.node, tag, "-e", "NAME=you, a=b", "--remove-previous");
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining("clean") });
  expect(first.stderr).toContain("added 1 package");
  expect(docker("run", "--rm", tag)).toBe("hello you, a=b\n");
  await writeFile(path.join(folder, "app/index.js"), 'console.log(require("greeter")("again"));\n');
  const second = await sti("build", "app", names.node, tag, "--remove-previous", "--json");
  expect(second.stderr).toContain("dependencies are those of the last build");
  expect(second.stderr).not.toContain("added 1 package");
  expect(JSON.parse(second.stdout)).toMatchObject({ success: true, tag, incremental: true });
  expect(docker("run", "--rm", tag, "sh", "-c", "id -u; node index.js; ls -A /tmp/artifacts")).toBe(
    "1001\nhello again\n",
  );

  await cp(path.join(examples, "site"), path.join(folder, "site"), { recursive: true });
  const site = await sti(
    "build",
    "site",
    names.node,
    `${run}/site`,
    "-R",
    names.site,
    "-e",
    "GREETING=Good day",
    "-m",
    "run",
  );
  expect(site.code).toBe(0);
  expect(docker("run", "--rm", `${run}/site`, "cat", "/site/index.html")).toContain("<h1>Good day</h1>");
  expect(docker("run", "--rm", `${run}/site`, "ls", "/site")).toBe("index.html\n");
});

test("create writes a builder image that works", async () => {
  expect(await sti("create", "made", "--name", names.created)).toMatchObject({ code: 0 });
  dockerBuild(names.created, path.join(folder, "made"));
  expect(await sti("validate", names.created, "-I", "-R", names.created)).toMatchObject({ code: 0 });
  const tag = `${run}/of-created`;
  for (const builds of ["1\n", "2\n"]) {
    expect((await sti("build", "made/test/source", names.created, tag, "--remove-previous")).code).toBe(0);
    expect(docker("run", "--rm", tag)).toBe("hello from the source\n");
    expect(docker("run", "--rm", tag, "sh", "-c", "wc -l < /app/.cache/builds")).toBe(builds);
  }
  expect(await sti("rebuild", tag, `${run}/rebuilt`)).toMatchObject({ code: 0 });
  await sti("build", "made/test/source", names.created, "--as-dockerfile", "out/Dockerfile");
  expect(await readFile(path.join(folder, "out/Dockerfile"), "utf8")).toContain('RUN ["/usr/bin/prepare"]');
  await access(path.join(folder, "out/upload/src/start.sh"));
  expect(await sti("create", "My App (2)")).toMatchObject({ code: 0 });
  expect(await readFile(path.join(folder, "My App (2)/test/run"), "utf8")).toContain("${BUILDER:-my-app-2-builder}");
  expect(await sti("create", "other", "--name", "No Name")).toMatchObject({ code: 2 });
  expect(await sti("create", "made")).toMatchObject({ code: 1, lastLine: expect.stringContaining("is not empty") });
});

test.each([
  ["an unknown method", ["build", ".", "x", "y", "-m", "magic"], 16, "`magic` is no build method"],
  ["a name that is none", ["build", ".", "x", "Y Z"], 2, "no image name"],
  [
    "no such builder",
    ["build", ".", "no-such-builder", "y", "--pull", "never"],
    10,
    "no-such-builder is not on the engine",
  ],
  ["no such source", ["build", "nowhere", "slipway-base/busybox:1", "y"], 20, "there is no source"],
  ["no scripts", ["build", ".", "slipway-base/busybox:1", "y"], 23, "has no prepare script"],
  ["an image that is no builder", ["validate", "slipway-base/busybox:1"], 19, "has no run script"],
  ["no such engine", ["validate", "x", "-U", "unix:///nowhere.sock"], 3, "unix:///nowhere.sock"],
  [
    "no such emulator's platform",
    ["build", ".", "slipway-base/busybox:1", "y", "--platform", "linux/pdp11"],
    2,
    "pdp11",
  ],
  ["an unknown option", ["build", ".", "x", "y", "--nope"], 2, "unknown option '--nope'"],
  ["a variable without a value", ["build", ".", "x", "y", "-e", "A"], 2, "--env takes NAME=value"],
])("%s: the exit code tells, and the last line says why", async (_, args, code, reason) => {
  expect(await sti(...args)).toMatchObject({ code, lastLine: expect.stringContaining(reason) });
});
