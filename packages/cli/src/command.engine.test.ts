import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { once } from "node:events";
import { connect, type Engine } from "@slipway/transport";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Printed } from "../test/printed.ts";
import { main } from "./main.ts";

let engine: Engine;
let folder: string;
const project = `slipway-cli-test-${process.pid}`;

beforeAll(async () => {
  engine = await connect();
});

afterAll(() => engine.close());

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-cli-"));
});

afterEach(async () => {
  await run("down", "-p", project, "-v", folder).catch(() => undefined);
  for (const image of await engine.docker.listImages({
    filters: { label: [`com.docker.compose.project=${project}`] },
  })) {
    await engine.docker.getImage(image.Id).remove({ force: true });
  }
  await rm(folder, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const result = { code: 0, stdout: "", stderr: "" };
  result.code = await main(args, {
    stdout: { write: (text) => (result.stdout += text) },
    stderr: { write: (text) => (result.stderr += text) },
    env: process.env,
    cwd: folder,
    signal: new AbortController().signal,
  });
  return result;
}

async function files(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(contents)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

async function resources(): Promise<{ containers: number; networks: number }> {
  const filters = { label: [`com.docker.compose.project=${project}`] };
  const [containers, networks] = await Promise.all([
    engine.docker.listContainers({ all: true, filters }),
    engine.docker.listNetworks({ filters }),
  ]);
  return { containers: containers.length, networks: networks.length };
}

const sleeper = 'FROM slipway-base/busybox:1\nCOPY a.txt /a.txt\nCMD ["sleep", "600"]\n';
const web = "services:\n  web:\n    build: ./web\n    stop_grace_period: 0s\n";

test("engine says what the engine is, and how it runs each platform", async () => {
  const { code, stdout } = await run("engine", "--json");
  expect(code).toBe(0);
  const described = JSON.parse(stdout) as { os: string; architecture: string; emulation: Record<string, string> };
  expect(described).toMatchObject({
    host: engine.host,
    buildkit: expect.any(Boolean),
    platforms: expect.any(Array),
  });
  const { os, architecture, emulation } = described;
  expect(emulation[`${os}/${architecture}`]).toBe("native");
  const { stdout: text } = await run("engine");
  expect(text).toContain(engine.host);
  expect(text).toMatch(new RegExp(`^platforms .*${os}/${architecture}.*: natively$`, "m"));
  // Every platform in one line only, the one that says how it runs.
  const states = { native: "natively", binfmt: "(binfmt)", none: "not at all" };
  for (const [platform, state] of Object.entries(emulation)) {
    const line = text.split("\n").filter((each) => each.split(/[\s,:]+/).includes(platform));
    expect(line, platform).toEqual([expect.stringContaining(states[state as keyof typeof states])]);
  }
});

test("build, up and down", async () => {
  await files({ "compose.yaml": web, "web/Dockerfile": sleeper, "web/a.txt": "a" });
  const built = await run("build", "-p", project, "--json");
  expect(built.stderr).toContain("web |");
  expect(JSON.parse(built.stdout)).toMatchObject([{ service: "web", image: `${project}-web` }]);
  const up = await run("up", "-p", project);
  expect(up.stderr).toContain("web | ready");
  expect(up.code).toBe(0);
  expect(await resources()).toEqual({ containers: 1, networks: 1 });
  expect((await run("down", "-p", project)).code).toBe(0);
  expect(await resources()).toEqual({ containers: 0, networks: 0 });
});

test("a failing RUN: exit code 1, its output, its exit code", async () => {
  await files({ "compose.yaml": web, "web/Dockerfile": "FROM slipway-base/busybox:1\nRUN echo so-it-goes; exit 7\n" });
  const { code, stderr } = await run("build", "-p", project);
  expect(code).toBe(1);
  expect(stderr).toMatch(/error: service web: .*7/);
  expect(stderr).toContain("so-it-goes");
});

test("a missing Dockerfile, and an unknown template variable: exit code 2, and what to do", async () => {
  await files({ "compose.yaml": web, "web/dockerfile": sleeper });
  const missing = await run("build", "-p", project);
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain("did you mean `dockerfile`?");
  await files({ "web/Dockerfile.template": "FROM slipway-base/%%BALENA_ARHC%%\n" });
  const unknown = await run("build", "-p", project);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain("BALENA_ARHC");
  expect(unknown.stderr).toContain("hint: ");
});

test("a port in use: exit code 1, the port and the service, and nothing is left", async () => {
  const server: Server = createServer().listen(0, "0.0.0.0");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await files({ "compose.yaml": `${web}    ports: ["${port}:80"]\n`, "web/Dockerfile": sleeper, "web/a.txt": "a" });
  const { code, stderr } = await run("up", "-p", project);
  server.close();
  expect(stderr).toContain(String(port));
  expect(stderr).toContain("web");
  expect(stderr).toContain("hint: ");
  expect(code).toBe(1);
  expect(await resources()).toEqual({ containers: 0, networks: 0 });
});

/** The command as a process of its own, and what it has printed. */
function start(...args: string[]): {
  child: ChildProcess;
  printed: () => string;
  until: (text: string, times?: number) => Promise<void>;
} {
  const bin = path.join(import.meta.dirname, "../bin/slipway.js");
  const env = { ...process.env, TMPDIR: path.join(folder, "tmp") };
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const printed = new Printed();
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => printed.add(chunk));
  child.once("close", () => printed.end());
  return { child, printed: () => printed.text, until: (text, times) => printed.until(text, times) };
}

const slow = "FROM slipway-base/busybox:1\nRUN echo building; sleep 600\n";

test.each([
  ["build", slow, "building"],
  ["up", slow, "building"],
  ["live", slow, "building"],
  ["live", sleeper, "watching"],
])("Ctrl-C in %s leaves nothing", async (verb, dockerfile, text) => {
  await files({ "compose.yaml": web, "web/Dockerfile": dockerfile, "web/a.txt": "a" });
  await mkdir(path.join(folder, "tmp"));
  const { child, until, printed } = start(verb, "-p", project, folder);
  await until(text);
  child.kill("SIGINT");
  const [code] = (await once(child, "close")) as [number];
  expect(code, printed()).toBe(130);
  expect(await resources()).toEqual({ containers: 0, networks: 0 });
  expect(await readdir(path.join(folder, "tmp"))).toEqual([]);
});

test("a second Ctrl-C ends a build at once", async () => {
  await files({ "compose.yaml": web, "web/Dockerfile": slow });
  const { child, until, printed } = start("build", "-p", project, folder);
  await until("building");
  child.kill("SIGINT");
  child.kill("SIGTERM");
  const [code] = (await once(child, "close")) as [number];
  expect(code, printed()).toBe(130);
});

test("live pushes a saved file into the running container, and builds anew when the Dockerfile changes", async () => {
  await files({ "compose.yaml": web, "web/Dockerfile": sleeper, "web/a.txt": "one" });
  const { child, until, printed } = start("live", "-p", project, folder);
  try {
    await until("watching");
    const filters = { label: [`com.docker.compose.project=${project}`] };
    const [container] = await engine.docker.listContainers({ filters });
    await files({ "web/a.txt": "two" });
    await until("pushed 1 file");
    expect(await read(container?.Id ?? "", "/a.txt")).toBe("two");
    await files({ "web/Dockerfile": `${sleeper}LABEL changed=1\n` });
    await until("building anew");
    await until("web | started", 2);
    await files({ "web/a.txt": "three" });
    await until("pushed 1 file", 2);
    const [rebuilt] = await engine.docker.listContainers({ filters });
    expect(rebuilt?.Id).not.toBe(container?.Id);
    expect(await read(rebuilt?.Id ?? "", "/a.txt")).toBe("three");
    expect(printed()).not.toContain("failed");
    await files({ "web/Dockerfile": `${sleeper}LABEL changed=1\nRUN exit 3\n` });
    await until("failed");
    await files({ "web/Dockerfile": `${sleeper}LABEL changed=1\n`, "web/a.txt": "four" });
    await until("pushed 1 file", 3);
    expect(await read(rebuilt?.Id ?? "", "/a.txt")).toBe("four");
    await engine.docker.getContainer(rebuilt?.Id ?? "").remove({ force: true });
    await files({ "web/a.txt": "five" });
    await until("its container is gone");
    await until("web | started", 3);
  } finally {
    child.kill("SIGINT");
    await once(child, "close");
  }
  expect(await resources()).toEqual({ containers: 0, networks: 0 });
});

test("live builds what a Dockerfile's directives make of it, wherever it is, and its stages too", async () => {
  const from = "FROM slipway-base/busybox:1";
  const dockerfile = [
    `${from} AS made\nCOPY in /in\nRUN cp /in /out`,
    `${from}\nWORKDIR /app\nCOPY --from=made /out out`,
    "#dev-env=MODE=dev\n#dev-cmd-live=echo live $MODE; exec sleep 600\nRUN echo for production > prod\nCOPY src src",
    'CMD ["echo", "production"]\n',
  ].join("\n");
  const service = "{ build: { context: web, dockerfile: Dockerfile.dev }, network_mode: none, stop_signal: KILL }";
  await files({
    "compose.yaml": `services:\n  web: ${service}\n`,
    "web/Dockerfile": `${from}\nRUN exit 9\n`,
    "web/Dockerfile.dev": dockerfile,
    "web/in": "1",
    "web/src/a": "1",
  });
  const { child, until, printed } = start("live", "-p", project, folder);
  try {
    await until("watching");
    await until("web | live dev");
    const filters = { label: [`com.docker.compose.project=${project}`] };
    const [container] = await engine.docker.listContainers({ filters });
    await files({ "web/src/a": "2" });
    await until("pushed 1 file in");
    await files({ "web/in": "2" });
    await until("run cp /in /out");
    await until("restarted");
    expect(await read(container?.Id ?? "", "/app/src/a")).toBe("2");
    expect(await read(container?.Id ?? "", "/app/out")).toBe("2");
  } finally {
    child.kill("SIGINT");
    await once(child, "close");
  }
  expect(printed()).not.toContain("production");
});

async function read(container: string, file: string): Promise<string> {
  const exec = await engine.docker.getContainer(container).exec({ Cmd: ["cat", file], AttachStdout: true, Tty: true });
  const stream = await exec.start({ Tty: true });
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text.trim();
}
