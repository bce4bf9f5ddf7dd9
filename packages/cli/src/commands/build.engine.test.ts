import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";
import path from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { TestRegistry } from "../../test/registry.ts";
import { type Run, Workspace } from "../../test/workspace.ts";

let work: Workspace;

beforeAll(async () => {
  work = await Workspace.open();
});

afterEach(() => work.clear());

afterAll(() => work.close());

const fine = `FROM slipway-base/busybox:1\nARG MODE=none\nRUN echo mode-$MODE > /mode\nLABEL made=1\n`;
const failing = "FROM slipway-base/busybox:1\nRUN echo so-it-goes; exit 7\n";
const events = ({ stdout }: Run): Record<string, unknown>[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("a folder, an archive and stdin give the same image, as does a gzipped archive", async () => {
  await work.files({
    "app/compose.yaml": work.compose("web"),
    "app/web/Dockerfile": `${fine}COPY a /a\n`,
    "app/web/a": "a",
  });
  const tar = execFileSync("tar", ["-C", path.join(work.folder, "app"), "-c", "."]);
  await work.files({ "app.tar": tar, "app.tgz": gzipSync(tar) });
  const stdin = Readable.from([tar]);
  const ids = [];
  for (const given of ["app", "app.tar", "app.tgz", "-"]) {
    const done = await work.run(
      ["build", given, "--json", "--build-arg", "MODE=x"],
      {},
      given === "-" ? stdin : undefined,
    );
    expect(done.code).toBe(0);
    ids.push((JSON.parse(done.stdout) as { id: string }[])[0]?.id);
  }
  expect(new Set(ids).size).toBe(1);
});

test("a folder and an archive with a template alone are built as one service", async () => {
  await work.files({
    [`${work.runId}/Dockerfile.template`]: `FROM slipway-base/busybox:1\nLABEL dev.slipway.test=${work.runId} arch=%%BALENA_ARCH%%\n`,
  });
  await work.files({
    [`${work.runId}.tar`]: execFileSync("tar", ["-C", path.join(work.folder, work.runId), "-c", "."]),
  });
  for (const given of [work.runId, `${work.runId}.tar`]) {
    const done = await work.run(["build", given, "--json"]);
    expect(JSON.parse(done.stdout)).toMatchObject([{ service: "main", image: `${work.runId}-main`, successful: true }]);
    const { Config } = await work.engine.docker.getImage(`${work.runId}-main`).inspect();
    expect(Config.Labels).toMatchObject({ arch: expect.stringMatching(/^(amd64|aarch64)$/) });
  }
});

test("of a folder only what changed travels to the engine", async () => {
  const dockerfile = `FROM slipway-base/busybox:1\nCOPY . /src\n`;
  await work.files({
    "compose.yaml": work.compose("web"),
    "web/Dockerfile": dockerfile,
    "web/big": Buffer.alloc(2_000_000),
  });
  const sent = async (): Promise<unknown> => {
    const { stdout } = await work.run(["build", "--json", "--builder", "buildkit"]);
    return (JSON.parse(stdout) as { sent: unknown }[])[0]?.sent;
  };
  expect(await sent()).toMatchObject({ bytes: expect.any(Number) });
  await work.files({ "web/small": "small" });
  expect(await sent()).toEqual({ files: 1, bytes: 5 });
});

test("the table: image, size as the engine has it, cached steps; NAME by --tag", async () => {
  await work.files({ "compose.yaml": work.compose("web", "api"), "web/Dockerfile": fine, "api/Dockerfile": fine });
  await work.run(["build"]);
  const { code, stdout, stderr } = await work.run(["build", "-t", "r.example/{project}/{service}:{arch}"]);
  expect(code).toBe(0);
  const { Size, Architecture } = await work.engine.docker.getImage(`${work.runId}-web`).inspect();
  const arch = { amd64: "amd64", arm64: "aarch64" }[Architecture];
  const [head = "", ...rows] = stdout.trimEnd().split("\n");
  expect(head).toMatch(/^SERVICE +IMAGE +SIZE +TIME +STEPS$/);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toContain(`${work.runId}-web, r.example/${work.runId}/web:${arch}`);
  expect(rows[0]).toContain(`${(Size / 1e6).toPrecision(3)} MB`);
  expect(stderr).toContain("web | ");
  await work.engine.docker.getImage(`r.example/${work.runId}/web:${arch}`).inspect();
});

test("a failure: the step, its place, exit code and output; the table and the report are there all the same", async () => {
  await work.files({ "compose.yaml": work.compose("web", "api"), "web/Dockerfile": fine, "api/Dockerfile": failing });
  const { code, stdout, stderr } = await work.run(["build", "--report", "out.html"]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^web +\S+ .*\napi +failed +– /m);
  const [, told = ""] = stderr.split("error: ");
  expect(told).toContain("service api: api/Dockerfile:2:1: [2/2] RUN echo so-it-goes; exit 7 ended with exit code 7");
  expect(told).toContain("| so-it-goes");
  expect(told).toContain("2 | RUN echo so-it-goes; exit 7\n    | ^^^");
  const page = await readFile(path.join(work.folder, "out.html"), "utf8");
  expect(page).toContain("so-it-goes");
  expect((await readdir(work.folder)).toSorted()).toEqual(["api", "compose.yaml", "out.html", "web"]);
  const json = await work.run(["build", "--json", "--fail-fast"]);
  expect(json.code).toBe(1);
  expect((JSON.parse(json.stdout) as object[])[1]).toMatchObject({
    service: "api",
    successful: false,
    error: { code: "BUILD_FAILED", exitCode: 7, step: "[2/2] RUN echo so-it-goes; exit 7", output: ["so-it-goes"] },
  });
});

test("a report that finds no room is an error, beside the images that were built all the same", async () => {
  await work.files({ "compose.yaml": work.compose("web"), "web/Dockerfile": fine, "full/.keep": "" });
  const disk = path.join(work.folder, "full");
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", disk]);
  try {
    const { code, stdout, stderr } = await work.run(["build", "--report", "full/report.html"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^web +\S/m);
    expect(stderr).toMatch(/^error: cannot write the report .*ENOSPC/m);
    expect(await readdir(disk)).toEqual([]);
  } finally {
    execFileSync("umount", [disk]);
  }
});

test("--progress json: each line an event with time, service and type, the last with the images", async () => {
  await work.files({ "compose.yaml": work.compose("web", "api"), "web/Dockerfile": fine, "api/Dockerfile": failing });
  const done = await work.run(["build", "--progress", "json"]);
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
  await work.files({ "api/Dockerfile.template": "FROM %%NOT_THERE%%\n" });
  const broken = await work.run(["build", "--progress", "json"]);
  expect(broken.code).toBe(2);
  expect(events(broken).at(-1)).toMatchObject({
    type: "result",
    successful: false,
    error: { code: expect.any(String) },
  });
  await work.files({ "compose.yaml": "services:\n  web: {imgae: x}\n" });
  const wrong = await work.run(["build", "--progress", "json"]);
  expect(events(wrong)).toMatchObject([
    { type: "result", successful: false, error: { code: "COMPOSE_UNKNOWN_FIELD" } },
  ]);
});

test("--push: each image under each of its names, with docker's own credentials; nothing if one fails", async () => {
  const registry = await TestRegistry.start();
  try {
    const env = { DOCKER_CONFIG: await registry.dockerConfig() };
    await work.files({ "compose.yaml": work.compose("web", "api"), "web/Dockerfile": fine, "api/Dockerfile": failing });
    const tags = ["-t", `${registry.host}/{project}/{service}:1`, "-t", `${registry.host}/{service}:{id}`];
    expect((await work.run(["build", "--push", ...tags], env)).code).toBe(1);
    expect(await registry.digest(`${work.runId}/web`, "1")).toBeUndefined();
    await work.files({ "api/Dockerfile": fine });
    const done = await work.run(["build", "--push", "--json", ...tags], env);
    expect(done.stderr).toMatch(/web \| pushed 127\.\S+:1 \(sha256:\w+\)/);
    expect(done.code).toBe(0);
    const images = JSON.parse(done.stdout) as { service: string; id: string; pushed: Record<string, string> }[];
    expect(images).toHaveLength(2);
    for (const { service, id, pushed } of images) {
      const short = id.slice("sha256:".length, "sha256:".length + 12);
      const digest = await registry.digest(`${work.runId}/${service}`, "1");
      expect(digest).toMatch(/^sha256:/);
      expect(await registry.digest(service, short)).toBe(digest);
      expect(pushed).toEqual({
        [`${registry.host}/${work.runId}/${service}:1`]: digest,
        [`${registry.host}/${service}:${short}`]: digest,
      });
    }
    const wrong = { DOCKER_CONFIG: await registry.dockerConfig("tester:wrong") };
    const refused = await work.run(["build", "--push", ...tags.slice(0, 2)], wrong);
    expect(refused.code).toBe(1);
    expect(refused.stderr.match(/^error: service (web|api): .*127\.0\.0\.1/gm)).toHaveLength(2);
  } finally {
    await registry.stop();
  }
});

test("what cannot be pushed is refused before anything is built", async () => {
  await work.files({ "compose.yaml": work.compose("web", "api"), "web/Dockerfile": fine, "api/Dockerfile": fine });
  const unnamed = await work.run(["build", "--push"]);
  expect(unnamed.code).toBe(2);
  expect(unnamed.stderr).toContain("--push: web, api have no `image`");
  const same = await work.run(["build", "-t", "app:1", "-t", "{arch}"]);
  expect(same.code).toBe(2);
  expect(same.stderr.match(/the same name/g)).toHaveLength(2);
  expect(same.stderr).toContain("have {service} in it");
});

test("a secret's file that is not there is told once, before anything is built", async () => {
  await work.files({ "compose.yaml": work.compose("web", "api"), "web/Dockerfile": fine, "api/Dockerfile": fine });
  const { code, stdout, stderr } = await work.run(["build", "--secret", "id=npm,src=none", "--progress", "plain"]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^error: --secret id=npm: ENOENT.*none'\n {2}hint: .*\n$/);
});

test("a secret's variable and an ssh agent that are not there are told together", async () => {
  await work.files({ "compose.yaml": work.compose("web", "api"), "web/Dockerfile": fine, "api/Dockerfile": fine });
  const args = ["build", "--secret", "id=npm,env=SLIPWAY_NOT_SET", "--ssh", "default"];
  const { code, stderr } = await work.run(args, { SSH_AUTH_SOCK: "" });
  expect(code).toBe(2);
  expect(stderr).toContain("--secret id=npm: the variable SLIPWAY_NOT_SET is not set");
  expect(stderr).toContain("--ssh default: there is no agent");
});

test("an engine that is not there, and one that is", async () => {
  await work.files({ "compose.yaml": work.compose("web"), "web/Dockerfile": fine });
  const none = await work.run(["build", "--engine", "unix:///nowhere/a.sock", "--engine", "unix:///nowhere/b.sock"]);
  expect(none.code).toBe(3);
  expect(none.stderr).toContain("/nowhere/a.sock");
  expect(none.stderr).toContain("/nowhere/b.sock");
  const there = await work.run(["build", "--engine", work.engine.host, "--json"], {
    DOCKER_HOST: "unix:///nowhere/c.sock",
  });
  expect(JSON.parse(there.stdout)).toMatchObject([{ engine: work.engine.host }]);
});

test("of several engines one may be away; the table says where each image is", async () => {
  // The same engine at another address.
  const socket = path.join(work.folder, "engine.sock");
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const upstream = createConnection(work.engine.host.replace("unix://", ""));
    for (const one of [client, upstream]) sockets.add(one.on("error", () => undefined));
    client.pipe(upstream).pipe(client);
  }).listen(socket);
  await once(proxy, "listening");
  try {
    const other = `FROM slipway-base/busybox:1\nRUN echo another; sleep 1\n`;
    await work.files({ "compose.yaml": work.compose("web", "api"), "web/Dockerfile": other, "api/Dockerfile": fine });
    const hosts = ["unix:///nowhere/a.sock", `unix://${socket}`, work.engine.host].flatMap((host) => [
      "--engine",
      host,
    ]);
    const { code, stdout, stderr } = await work.run(["build", "--no-cache", ...hosts]);
    expect(stderr).toContain("warning: the engine unix:///nowhere/a.sock cannot be reached, and is left out");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^SERVICE .* ENGINE\n/);
    expect(stdout).toContain(`unix://${socket}\n`);
    expect(stdout).toContain(`${work.engine.host}\n`);
  } finally {
    for (const one of sockets) one.destroy();
    proxy.close();
  }
});
