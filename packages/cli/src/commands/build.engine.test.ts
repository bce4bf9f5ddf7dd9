import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { connect, type Engine } from "@slipway/transport";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { TestRegistry } from "../../test/registry.ts";
import { TestTerminal } from "../../test/terminal.ts";
import { main } from "../main.ts";

const runId = `clib-${process.pid}`;
const label = `dev.slipway.test=${runId}`;
let engine: Engine;
let folder: string;

beforeAll(async () => {
  engine = await connect();
});

afterAll(() => engine.close());

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-build-"));
});

afterEach(async () => {
  for (const image of await engine.docker.listImages({ filters: { label: [label] } })) {
    await engine.docker.getImage(image.Id).remove({ force: true });
  }
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdin?: Readable,
): Promise<Run> {
  const result = { code: 0, stdout: "", stderr: "" };
  result.code = await main(args, {
    stdout: { write: (text) => (result.stdout += text) },
    stderr: { write: (text) => (result.stderr += text) },
    stdin,
    env: { ...process.env, ...env },
    cwd: folder,
    signal: new AbortController().signal,
  });
  return result;
}

async function files(contents: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [name, text] of Object.entries(contents)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

function compose(services: Readonly<Record<string, object>>): string {
  const all = Object.entries(services).map(([name, service]) => [
    name,
    { ...service, build: { context: name, labels: { "dev.slipway.test": runId } } },
  ]);
  return JSON.stringify({ name: runId, services: Object.fromEntries(all) });
}

const fine = `FROM slipway-base/busybox:1\nARG MODE=none\nRUN echo mode-$MODE > /mode\nLABEL made=1\n`;
const failing = "FROM slipway-base/busybox:1\nRUN echo so-it-goes; exit 7\n";
const events = ({ stdout }: Run): Record<string, unknown>[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("a folder, an archive and stdin give the same image, as does a gzipped archive", async () => {
  await files({
    "app/compose.yaml": compose({ web: {} }),
    "app/web/Dockerfile": `${fine}COPY a /a\n`,
    "app/web/a": "a",
  });
  const tar = execFileSync("tar", ["-C", path.join(folder, "app"), "-c", "."]);
  await files({ "app.tar": tar, "app.tgz": gzipSync(tar) });
  const stdin = Readable.from([tar]);
  const ids = [];
  for (const given of ["app", "app.tar", "app.tgz", "-"]) {
    const done = await run(["build", given, "--json", "--build-arg", "MODE=x"], {}, given === "-" ? stdin : undefined);
    expect(done.code).toBe(0);
    ids.push((JSON.parse(done.stdout) as { id: string }[])[0]?.id);
  }
  expect(new Set(ids).size).toBe(1);
});

test("a folder and an archive with a template alone are built as one service", async () => {
  await files({
    [`${runId}/Dockerfile.template`]: `FROM slipway-base/busybox:1\nLABEL ${label} arch=%%BALENA_ARCH%%\n`,
  });
  await files({ [`${runId}.tar`]: execFileSync("tar", ["-C", path.join(folder, runId), "-c", "."]) });
  for (const given of [runId, `${runId}.tar`]) {
    const done = await run(["build", given, "--json"]);
    expect(JSON.parse(done.stdout)).toMatchObject([{ service: "main", image: `${runId}-main`, successful: true }]);
    const { Config } = await engine.docker.getImage(`${runId}-main`).inspect();
    expect(Config.Labels).toMatchObject({ arch: expect.stringMatching(/^(amd64|aarch64)$/) });
  }
});

test("of a folder only what changed travels to the engine", async () => {
  const dockerfile = `FROM slipway-base/busybox:1\nCOPY . /src\n`;
  await files({
    "compose.yaml": compose({ web: {} }),
    "web/Dockerfile": dockerfile,
    "web/big": Buffer.alloc(2_000_000),
  });
  const sent = async (): Promise<unknown> => {
    const { stdout } = await run(["build", "--json", "--builder", "buildkit"]);
    return (JSON.parse(stdout) as { sent: unknown }[])[0]?.sent;
  };
  expect(await sent()).toMatchObject({ bytes: expect.any(Number) });
  await files({ "web/small": "small" });
  expect(await sent()).toEqual({ files: 1, bytes: 5 });
});

test("the table: image, size as the engine has it, cached steps; NAME by --tag", async () => {
  await files({ "compose.yaml": compose({ web: {}, api: {} }), "web/Dockerfile": fine, "api/Dockerfile": fine });
  await run(["build"]);
  const { code, stdout, stderr } = await run(["build", "-t", "r.example/{project}/{service}:{arch}"]);
  expect(code).toBe(0);
  const { Size, Architecture } = await engine.docker.getImage(`${runId}-web`).inspect();
  const arch = { amd64: "amd64", arm64: "aarch64" }[Architecture];
  const [head = "", ...rows] = stdout.trimEnd().split("\n");
  expect(head).toMatch(/^SERVICE +IMAGE +SIZE +TIME +STEPS$/);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toContain(`${runId}-web, r.example/${runId}/web:${arch}`);
  expect(rows[0]).toContain(`${(Size / 1e6).toPrecision(3)} MB`);
  expect(stderr).toContain("web | ");
  await engine.docker.getImage(`r.example/${runId}/web:${arch}`).inspect();
});

test("a failure: the step, its place, exit code and output; the table and the report are there all the same", async () => {
  await files({ "compose.yaml": compose({ web: {}, api: {} }), "web/Dockerfile": fine, "api/Dockerfile": failing });
  const { code, stdout, stderr } = await run(["build", "--report", "out.html"]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^web +\S+ .*\napi +failed +– /m);
  const [, told = ""] = stderr.split("error: ");
  expect(told).toContain("service api: api/Dockerfile:2:1: [2/2] RUN echo so-it-goes; exit 7 ended with exit code 7");
  expect(told).toContain("| so-it-goes");
  expect(told).toContain("2 | RUN echo so-it-goes; exit 7\n    | ^^^");
  const page = await readFile(path.join(folder, "out.html"), "utf8");
  expect(page).toContain("so-it-goes");
  expect((await readdir(folder)).toSorted()).toEqual(["api", "compose.yaml", "out.html", "web"]);
  const json = await run(["build", "--json", "--fail-fast"]);
  expect(json.code).toBe(1);
  expect((JSON.parse(json.stdout) as object[])[1]).toMatchObject({
    service: "api",
    successful: false,
    error: { code: "BUILD_FAILED", exitCode: 7, step: "[2/2] RUN echo so-it-goes; exit 7", output: ["so-it-goes"] },
  });
});

test("--progress json: each line an event with time, service and type, the last with the images", async () => {
  await files({ "compose.yaml": compose({ web: {}, api: {} }), "web/Dockerfile": fine, "api/Dockerfile": failing });
  const done = await run(["build", "--progress", "json"]);
  expect(done.code).toBe(1);
  const all = events(done);
  const last = all.pop();
  for (const event of all) {
    expect(event).toMatchObject({ service: expect.stringMatching(/^(web|api)$/), type: expect.any(String) });
    expect(new Date(event["time"] as string).toISOString()).toBe(event["time"]);
  }
  const times = all.map(({ time }) => time as string);
  expect(times.toSorted()).toEqual(times);
  expect(all.map(({ type }) => type)).toEqual(expect.arrayContaining(["resolved", "builder", "step", "end"]));
  expect(all.filter(({ type }) => type === "end")).toMatchObject([
    { service: expect.any(String), durationMs: expect.any(Number) },
    { service: expect.any(String), durationMs: expect.any(Number) },
  ]);
  expect(all).toContainEqual(expect.objectContaining({ type: "log", service: "api", data: "so-it-goes\n" }));
  expect(last).toMatchObject({ type: "result", successful: false, images: [{ service: "web" }, { service: "api" }] });
  await files({ "api/Dockerfile.template": "FROM %%NOT_THERE%%\n" });
  const broken = await run(["build", "--progress", "json"]);
  expect(broken.code).toBe(2);
  expect(events(broken).at(-1)).toMatchObject({
    type: "result",
    successful: false,
    error: { code: expect.any(String) },
  });
  await files({ "compose.yaml": "services:\n  web: {imgae: x}\n" });
  const wrong = await run(["build", "--progress", "json"]);
  expect(events(wrong)).toMatchObject([
    { type: "result", successful: false, error: { code: "COMPOSE_UNKNOWN_FIELD" } },
  ]);
});

test("--push: each image under each of its names, with docker's own credentials; nothing if one fails", async () => {
  const registry = await TestRegistry.start();
  try {
    const env = { DOCKER_CONFIG: await registry.dockerConfig() };
    await files({ "compose.yaml": compose({ web: {}, api: {} }), "web/Dockerfile": fine, "api/Dockerfile": failing });
    const tags = ["-t", `${registry.host}/{project}/{service}:1`, "-t", `${registry.host}/{service}:{id}`];
    expect((await run(["build", "--push", ...tags], env)).code).toBe(1);
    expect(await registry.digest(`${runId}/web`, "1")).toBeUndefined();
    await files({ "api/Dockerfile": fine });
    const done = await run(["build", "--push", "--json", ...tags], env);
    expect(done.stderr).toMatch(/web \| pushed 127\.\S+:1 \(sha256:\w+\)/);
    expect(done.code).toBe(0);
    const images = JSON.parse(done.stdout) as { service: string; id: string; pushed: Record<string, string> }[];
    expect(images).toHaveLength(2);
    for (const { service, id, pushed } of images) {
      const short = id.slice("sha256:".length, "sha256:".length + 12);
      const digest = await registry.digest(`${runId}/${service}`, "1");
      expect(digest).toMatch(/^sha256:/);
      expect(await registry.digest(service, short)).toBe(digest);
      expect(pushed).toEqual({
        [`${registry.host}/${runId}/${service}:1`]: digest,
        [`${registry.host}/${service}:${short}`]: digest,
      });
    }
    const wrong = { DOCKER_CONFIG: await registry.dockerConfig("tester:wrong") };
    const refused = await run(["build", "--push", ...tags.slice(0, 2)], wrong);
    expect(refused.code).toBe(1);
    expect(refused.stderr.match(/^error: service (web|api): .*127\.0\.0\.1/gm)).toHaveLength(2);
  } finally {
    await registry.stop();
  }
});

test("what cannot be pushed is refused before anything is built", async () => {
  await files({ "compose.yaml": compose({ web: {}, api: {} }), "web/Dockerfile": fine, "api/Dockerfile": fine });
  const unnamed = await run(["build", "--push"]);
  expect(unnamed.code).toBe(2);
  expect(unnamed.stderr).toContain("--push: web, api have no `image`");
  const same = await run(["build", "-t", "app:1", "-t", "{arch}"]);
  expect(same.code).toBe(2);
  expect(same.stderr.match(/the same name/g)).toHaveLength(2);
  expect(same.stderr).toContain("have {service} in it");
});

test("an engine that is not there, and one that is", async () => {
  await files({ "compose.yaml": compose({ web: {} }), "web/Dockerfile": fine });
  const none = await run(["build", "--engine", "unix:///nowhere/a.sock", "--engine", "unix:///nowhere/b.sock"]);
  expect(none.code).toBe(3);
  expect(none.stderr).toContain("/nowhere/a.sock");
  expect(none.stderr).toContain("/nowhere/b.sock");
  const there = await run(["build", "--engine", engine.host, "--json"], { DOCKER_HOST: "unix:///nowhere/c.sock" });
  expect(JSON.parse(there.stdout)).toMatchObject([{ engine: engine.host }]);
});

test("of several engines one may be away; the table says where each image is", async () => {
  // The same engine at another address.
  const socket = path.join(folder, "engine.sock");
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const upstream = createConnection(engine.host.replace("unix://", ""));
    for (const one of [client, upstream]) sockets.add(one.on("error", () => undefined));
    client.pipe(upstream).pipe(client);
  }).listen(socket);
  await once(proxy, "listening");
  try {
    const other = `FROM slipway-base/busybox:1\nRUN echo another; sleep 1\n`;
    await files({ "compose.yaml": compose({ web: {}, api: {} }), "web/Dockerfile": other, "api/Dockerfile": fine });
    const hosts = ["unix:///nowhere/a.sock", `unix://${socket}`, engine.host].flatMap((host) => ["--engine", host]);
    const { code, stdout, stderr } = await run(["build", "--no-cache", ...hosts]);
    expect(stderr).toContain("warning: the engine unix:///nowhere/a.sock cannot be reached, and is left out");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^SERVICE .* ENGINE\n/);
    expect(stdout).toContain(`unix://${socket}\n`);
    expect(stdout).toContain(`${engine.host}\n`);
  } finally {
    for (const one of sockets) one.destroy();
    proxy.close();
  }
});

/** The command at a real terminal of 60 × 20, by util-linux' `script`. */
function atTerminal(...args: string[]) {
  const bin = path.join(import.meta.dirname, "../../bin/slipway.js");
  const command = `stty cols 60 rows 20; exec '${process.execPath}' '${bin}' ${args.join(" ")}`;
  const env = { ...process.env, TERM: "xterm-256color", LANG: "C.UTF-8", SHELL: "/bin/sh", NO_COLOR: "1" };
  const child = spawn("script", ["-qefc", command, "/dev/null"], {
    cwd: folder,
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const terminal = new TestTerminal(60, 20);
  const waiting = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    terminal.output.write(text);
    for (const check of waiting) check();
  });
  const ended = once(child, "close").then(([code]) => code as number);
  const until = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (terminal.written.includes(text)) resolve();
      };
      waiting.add(check);
      void ended.then(() => reject(new Error(`it ended without "${text}":\n${terminal.written}`)));
      check();
    });
  return { child, terminal, ended, until };
}

test("at a terminal: a view while it builds, then what became of each service, and the table", async () => {
  await files({ "compose.yaml": compose({ web: {}, api: {} }) });
  await files({ "web/Dockerfile": `${fine}RUN echo of-web; sleep 1\n`, "api/Dockerfile": `${fine}RUN sleep 1\n` });
  const { terminal, ended, until } = atTerminal("build", "--no-cache");
  await until("│ of-web");
  expect(terminal.cursorIsHidden).toBe(true);
  expect(await ended).toBe(0);
  expect(terminal.cursorIsHidden).toBe(false);
  const lines = await terminal.lines();
  expect(lines[0]).toMatch(new RegExp(`^built ${runId}: 2 done \\d+s$`));
  expect(lines.slice(1, 3)).toEqual([
    expect.stringMatching(/^✔ web {2}built in .* s, \d of 3 steps cached$/),
    expect.stringMatching(/^✔ api {2}built in .* s, \d of 3 steps cached$/),
  ]);
  expect(lines.join("\n")).toContain("SERVICE  IMAGE");
});

test("Ctrl-C at a terminal: exit code 130, the cursor is back, and nothing of the build goes on", async () => {
  await files({ "compose.yaml": compose({ web: {} }), "web/Dockerfile": `${fine}RUN echo started; sleep 600\n` });
  const { child, terminal, ended, until } = atTerminal("build", "--report", "r.html");
  await until("│ started");
  child.stdin.write("\u0003");
  expect(await ended).toBe(130);
  expect(terminal.cursorIsHidden).toBe(false);
  expect((await terminal.lines()).join("\n")).toContain(`cancelled ${runId}`);
  expect(await readFile(path.join(folder, "r.html"), "utf8")).toContain('"state":"cancelled"');
  expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })).not.toContain("echo started; sleep 600");
  expect(await engine.docker.listImages({ filters: { label: [label] } })).toEqual([]);
});
