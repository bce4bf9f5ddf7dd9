import { spawnSync } from "node:child_process";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { putArchive } from "./archive.ts";
import { openBuildStream } from "./build-stream.ts";
import { connect } from "./connect.ts";
import { openShell } from "./container-shell.ts";
import type { Engine } from "./engine.ts";
import { execute } from "./execute.ts";
import { inspectImage } from "./images/inspect-image.ts";
import { pullImage } from "./images/pull-image.ts";
import { readRecords } from "./read-records.ts";
import { tarFile } from "../test/tar-file.ts";

let engine: Engine;
let container: string;
const labels = { "dev.slipway.test": `transport-${process.pid}` };

beforeAll(async () => {
  engine = await connect();
  const made = await engine.docker.createContainer({
    Image: "slipway-base/busybox:1",
    Cmd: ["sleep", "600"],
    Labels: labels,
    HostConfig: { NetworkMode: "none" },
  });
  container = made.id;
  await made.start();
});

afterAll(async () => {
  await engine.docker.getContainer(container).remove({ force: true });
  engine.close();
});

async function run(
  cmd: string[],
  options: Partial<Parameters<typeof execute>[2]> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const output = { stdout: "", stderr: "" };
  const { exitCode } = await execute(engine, container, {
    cmd,
    onOutput: ({ data, stream }) => (output[stream] += data.toString()),
    ...options,
  });
  return { code: exitCode, ...output };
}

/** An image of one program, and no shell by that name. */
/** Busybox without anything beside it. */
async function buildBare(image: string): Promise<void> {
  const text = "FROM slipway-base/busybox:1 AS base\nFROM scratch\nCOPY --from=base /bin/busybox /busybox\n";
  const tar = Readable.from([tarFile("Dockerfile", Buffer.from(text))]);
  const answer = await openBuildStream(engine, { tar, query: { t: image, labels, rm: true, forcerm: true } });
  for await (const { error } of readRecords(answer)) expect(error).toBeUndefined();
}

const processes = async (name: string): Promise<string> =>
  (await run(["sh", "-c", `ps -o args | grep '^${name}$'; true`])).stdout;

test("execute: outputs apart and whole, exit code, environment, folder, user, arguments as they are", async () => {
  expect(
    await run(["sh", "-c", 'echo out; echo err >&2; echo "$A $PWD $(id -u) $1"; exit 3', "sh", "it's"], {
      env: { A: "a b" },
      workdir: "/tmp",
      user: "1000:1000",
    }),
  ).toEqual({ code: 3, stdout: "out\na b /tmp 1000 it's\n", stderr: "err\n" });
  const many = await run(["sh", "-c", "seq 1 20000"]);
  expect(many.stdout.split("\n")).toHaveLength(20_001);
});

test("execute: a program that isn't there ends with 127", async () => {
  expect((await run(["no-such-program"])).code).toBe(127);
});

test("execute: an abort ends the whole process group, and only then rejects", async () => {
  const controller = new AbortController();
  const running = execute(engine, container, {
    cmd: ["sh", "-c", "sleep 8101 & echo started; sleep 8101; true"],
    signal: controller.signal,
    onOutput: () => controller.abort(),
  });
  await expect(running).rejects.toMatchObject({ name: "AbortError" });
  expect(await processes("sleep 8101")).toBe("");
});

test("a shell: binary input, exit code, outputs apart, syntax errors and exits that don't end it", async () => {
  const shell = await openShell(engine, container);
  const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 256));
  expect((await shell.run("cat > /tmp/bytes; echo warn >&2; exit 4", bytes)).exitCode).toBe(4);
  expect((await shell.run("cat /tmp/bytes")).stdout.equals(bytes)).toBe(true);
  expect((await shell.run("if")).exitCode).not.toBe(0);
  expect((await shell.run("cd /tmp; echo \"it's $PWD\"; printf 'no newline' >&2")).stderr.toString()).toBe(
    "no newline",
  );
  const order = await Promise.all([1, 2, 3].map((i) => shell.run(`echo ${i}`)));
  expect(order.map(({ stdout }) => stdout.toString())).toEqual(["1\n", "2\n", "3\n"]);
  await shell.close();
  expect(shell.closed).toBe(true);
  await expect(shell.run("true")).rejects.toMatchObject({ code: "TRANSPORT_SHELL_CLOSED" });
});

test("a shell that ends takes what was running with it as an error", async () => {
  const shell = await openShell(engine, container);
  await expect(shell.run("kill -9 $PPID; kill -9 $$; sleep 8102")).rejects.toMatchObject({
    code: "TRANSPORT_SHELL_CLOSED",
  });
});

test("a shell: input from a stream; one that fails runs nothing; an abort ends a script and its shell", async () => {
  const shell = await openShell(engine, container);
  const pieces = Array.from({ length: 50 }, (_, i) => Buffer.alloc(1_000 + i * 7, i));
  const whole = Buffer.concat(pieces);
  expect((await shell.run("cat", Readable.from(pieces))).stdout.equals(whole)).toBe(true);
  expect((await shell.run("wc -c", Readable.from([]))).stdout.toString().trim()).toBe("0");
  async function* broken(): AsyncGenerator<string, void, void> {
    yield "half";
    throw new Error("disk on fire");
  }
  await expect(shell.run("cat > /tmp/never", Readable.from(broken()))).rejects.toThrow("disk on fire");
  expect(shell.closed).toBe(true);
  const next = await openShell(engine, container);
  expect((await next.run("ls /tmp/never")).exitCode).not.toBe(0);
  const controller = new AbortController();
  const running = next.run("sleep 611", undefined, { signal: controller.signal });
  const late = next.run("touch /tmp/never", undefined, { signal: controller.signal });
  controller.abort();
  await expect(running).rejects.toMatchObject({ name: "AbortError" });
  await expect(late).rejects.toMatchObject({ name: "AbortError" });
  const last = await openShell(engine, container);
  expect((await last.run("ps | grep '[s]leep 611'; ls /tmp/never")).stdout.toString()).toBe("");
  await last.close();
});

test("a shell that is closed ends the script that runs", async () => {
  const shell = await openShell(engine, container);
  const running = shell.run("sleep 8103 & sleep 8103").catch((error: unknown) => error);
  while ((await processes("sleep 8103")).split("\n").length < 3) await new Promise((resolve) => setImmediate(resolve));
  await shell.close();
  expect(await running).toMatchObject({ code: "TRANSPORT_SHELL_CLOSED" });
  expect(await processes("sleep 8103")).toBe("");
});

test("neither an open shell nor an engine that nobody closed keeps Node running", async () => {
  const script = `
    import { connect, openShell } from "@slipway/transport";
    const engine = await connect();
    const shell = await openShell(engine, process.argv[1]);
    process.stdout.write((await shell.run("echo done")).stdout);`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script, container], {
    cwd: import.meta.dirname,
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(child).toMatchObject({ status: 0, stdout: "done\n" });
});

test("a command that a lost connection leaves behind ends, with what it started", async () => {
  loseConnection(container, ["sh", "-c", "sleep 8104 & echo up; sleep 8104"]);
  const gone = "while ps -o args | grep -q '^sleep 8104'; do sleep 0.1; done";
  expect((await run(["timeout", "10", "sh", "-c", gone])).code).toBe(0);
});

test("an image without a shell: outputs, exit code, and an abort or a lost connection that ends the processes", async () => {
  const image = `slipway-test/no-shell:${process.pid}`;
  await buildBare(image);
  const made = await engine.docker.createContainer({
    Image: image,
    Cmd: ["/busybox", "sleep", "600"],
    Labels: labels,
    HostConfig: { NetworkMode: "none" },
  });
  try {
    await made.start();
    let said = "";
    const add = ({ data }: { data: Buffer }): void => void (said += data.toString());
    const { exitCode } = await execute(engine, made.id, { cmd: ["/busybox", "false"], onOutput: add });
    expect(exitCode).toBe(1);
    await execute(engine, made.id, { cmd: ["/busybox", "echo", "hi"], onOutput: add });
    expect(said).toBe("hi\n");
    const controller = new AbortController();
    const cmd = ["/busybox", "timeout", "600", "/busybox", "tail", "-f", "/busybox"];
    const running = execute(engine, made.id, { cmd, signal: controller.signal, onOutput: () => controller.abort() });
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    const gone = "while /busybox ps | /busybox grep -q '[t]ail -f'; do /busybox sleep 0.1; done";
    const untilGone = { cmd: ["/busybox", "timeout", "20", "/busybox", "sh", "-c", gone] };
    expect(await execute(engine, made.id, untilGone)).toEqual({ exitCode: 0 });
    await expect(openShell(engine, made.id)).rejects.toMatchObject({ code: "TRANSPORT_NO_SHELL" });
    loseConnection(made.id, ["/busybox", "timeout", "600", "/busybox", "tail", "-f", "/busybox"]);
    expect(await execute(engine, made.id, untilGone)).toEqual({ exitCode: 0 });
  } finally {
    await made.remove({ force: true });
    await engine.docker.getImage(image).remove({ force: true });
  }
});

test("no such container, a folder that isn't there", async () => {
  await expect(execute(engine, "no-such-container", { cmd: ["true"] })).rejects.toMatchObject({
    code: "TRANSPORT_NOT_FOUND",
  });
  await expect(putArchive(engine, container, Buffer.alloc(1024), { path: "/nowhere" })).rejects.toMatchObject({
    code: "TRANSPORT_NOT_FOUND",
    message: expect.stringContaining("/nowhere"),
  });
});

test("images: one that isn't there; a pull that fails says why", async () => {
  expect(await inspectImage(engine, "slipway-test/none:1")).toBeUndefined();
  await expect(pullImage(engine, "127.0.0.1:1/slipway-test/none:1", { retries: 0 })).rejects.toMatchObject({
    code: "TRANSPORT_PULL_FAILED",
  });
});

test("a build stream: an error of the context is what fails it, and an abort ends it", async () => {
  const broken = new Readable({ read: () => undefined });
  const stream = openBuildStream(engine, { tar: broken, query: {} });
  broken.destroy(new Error("disk on fire"));
  await expect(stream).rejects.toThrow("disk on fire");
  const cut = new Readable({ read: () => undefined });
  const cutStream = openBuildStream(engine, { tar: cut, query: {} });
  cut.destroy();
  await expect(cutStream).rejects.toMatchObject({ code: "TRANSPORT_SOURCE_ENDED" });
  const refused = openBuildStream(engine, { tar: Readable.from([]), query: { t: "NOT A NAME" } });
  await expect(refused).rejects.toMatchObject({ message: expect.not.stringContaining("HTTP code") });
  const controller = new AbortController();
  const stalled = openBuildStream(engine, {
    tar: new Readable({ read: () => undefined }),
    query: {},
    signal: controller.signal,
  });
  controller.abort();
  await expect(stalled).rejects.toMatchObject({ name: "AbortError" });
});

/** Runs a command from a process that is killed once the command has said something. */
function loseConnection(id: string, cmd: readonly string[]): void {
  const script = `
    import { connect, execute } from "@slipway/transport";
    await execute(await connect(), process.argv[1], {
      cmd: JSON.parse(process.argv[2]),
      onOutput: () => process.kill(process.pid, "SIGKILL"),
    });`;
  const args = ["--input-type=module", "-e", script, id, JSON.stringify(cmd)];
  const child = spawnSync(process.execPath, args, { cwd: import.meta.dirname, encoding: "utf8" });
  expect(child.signal).toBe("SIGKILL");
}
