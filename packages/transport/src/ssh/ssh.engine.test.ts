import { execFileSync } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { connect } from "../connect.ts";
import type { Engine } from "../engine.ts";
import { execute } from "../execute.ts";
import { openShell } from "../container-shell.ts";
import { type SshServer, startSshServer } from "@slipway/testing";

let server: SshServer;
let knownHosts: string;
let known: string;
const open: Engine[] = [];

beforeAll(async () => {
  server = await startSshServer();
  knownHosts = path.join(server.home, ".ssh/known_hosts");
  known = await readFile(knownHosts, "utf8");
});

beforeEach(async () => {
  while (open.length > 0) open.pop()?.close();
  await writeFile(knownHosts, known);
});

afterAll(async () => {
  while (open.length > 0) open.pop()?.close();
  await server.remove();
});

async function engineThere(host = server.host): Promise<Engine> {
  const engine = await connect({ host, environment: server.environment });
  open.push(engine);
  return engine;
}

const pings = (engine: Engine, count: number): Promise<unknown[]> =>
  Promise.all(Array.from({ length: count }, () => engine.docker.ping()));

async function withContainer(engine: Engine, work: (id: string) => Promise<void>): Promise<void> {
  const container = await engine.docker.createContainer({
    Image: "slipway-base/busybox:1",
    Cmd: ["sleep", "600"],
    Labels: { "dev.slipway.test": `transport-ssh-${process.pid}` },
    HostConfig: { NetworkMode: "none" },
  });
  try {
    await container.start();
    await work(container.id);
  } finally {
    await container.remove({ force: true });
  }
}

test("many requests at once are one connection; exec and shell work over it", async () => {
  await server.restart();
  const engine = await engineThere();
  await pings(engine, 60);
  await withContainer(engine, async (id) => {
    let said = "";
    const { exitCode } = await execute(engine, id, {
      cmd: ["sh", "-c", "echo over ssh; exit 7"],
      onOutput: ({ data }) => (said += data.toString()),
    });
    expect([exitCode, said]).toEqual([7, "over ssh\n"]);
    const shell = await openShell(engine, id);
    const bytes = Buffer.alloc(3_000_000, "x");
    expect((await shell.run("wc -c", bytes)).stdout.toString().trim()).toBe("3000000");
    await shell.close();
  });
  expect(server.accepted()).toBe(1);
});

test("a connection that is lost: an error, and the next call makes another", async () => {
  await server.restart();
  const engine = await engineThere();
  await withContainer(engine, async (id) => {
    const running = execute(engine, id, {
      cmd: ["sh", "-c", "echo up; sleep 8201"],
      onOutput: () => void server.kill(),
    });
    await expect(running).rejects.toMatchObject({ code: "TRANSPORT_CONNECTION_LOST" });
    await expect(engine.docker.ping()).rejects.toThrow("ECONNREFUSED");
    await server.restart();
    await engine.docker.ping();
    const watch = "while ps -o args | grep -q '^sleep 8201'; do sleep 0.1; done";
    expect((await execute(engine, id, { cmd: ["timeout", "20", "sh", "-c", watch] })).exitCode).toBe(0);
  });
});

test("a host that doesn't forward to sockets is reached by docker's own relay, many requests at once too", async () => {
  await server.restart(["AllowStreamLocalForwarding no"]);
  try {
    const engine = await engineThere();
    await pings(engine, 24);
    await withContainer(engine, async (id) => {
      expect((await execute(engine, id, { cmd: ["true"] })).exitCode).toBe(0);
    });
    expect(server.accepted()).toBeLessThanOrEqual(4);
  } finally {
    await server.restart();
  }
});

test("a host that isn't known, one whose key has changed, and one known by an authority only are refused", async () => {
  await writeFile(knownHosts, "");
  await expect(engineThere()).rejects.toMatchObject({
    code: "TRANSPORT_HOST_KEY",
    message: expect.stringMatching(/is not in .*known_hosts; it shows ssh-ed25519 SHA256:/),
    hint: expect.stringContaining("ssh-keyscan"),
  });
  const [name = "", type = "", key = ""] = known.trim().split(" ");
  const changed = Buffer.from(key, "base64");
  changed.writeUInt8(changed.readUInt8(40) ^ 1, 40);
  await writeFile(knownHosts, `${name} ${type} ${changed.toString("base64")}\n`);
  await expect(engineThere()).rejects.toMatchObject({
    code: "TRANSPORT_HOST_KEY",
    message: expect.stringContaining(`CHANGED from the one at ${knownHosts}:1`),
  });
  await writeFile(knownHosts, `@cert-authority ${name} ${type} ${key}\n`);
  await expect(engineThere()).rejects.toMatchObject({
    code: "TRANSPORT_HOST_KEY",
    message: expect.stringContaining("certificate authority"),
  });
});

test("hashed names, and the ssh configuration's names, users, ports, keys and jump hosts", async () => {
  execFileSync("ssh-keygen", ["-H", "-f", knownHosts], { stdio: "ignore" });
  expect(await readFile(knownHosts, "utf8")).toMatch(/^\|1\|/);
  await (await engineThere()).docker.ping();
  await writeFile(knownHosts, known);
  const key = path.join(server.home, ".ssh/id_ed25519");
  const user = new URL(server.host).username;
  await writeFile(
    path.join(server.home, ".ssh/config"),
    [
      "Host box inner",
      `  HostName 127.0.0.1`,
      `  Port ${server.port}`,
      `  User ${user}`,
      `  IdentityFile ${key}`,
      "  IdentitiesOnly yes",
      "Host inner",
      "  ProxyJump box",
      "Host silly",
      "  ProxyCommand nc %h %p",
    ].join("\n"),
  );
  try {
    await (await engineThere("ssh://box")).docker.ping();
    const before = server.accepted();
    await (await engineThere("ssh://inner")).docker.ping();
    expect(server.accepted() - before).toBe(2);
    await expect(engineThere("ssh://silly")).rejects.toMatchObject({
      code: "TRANSPORT_BAD_CONFIG",
      message: expect.stringContaining("ProxyCommand"),
    });
  } finally {
    await rm(path.join(server.home, ".ssh/config"));
  }
});

test("no key that the host accepts: says so and what to do, and asks for no password", async () => {
  const environment = { ...server.environment, HOME: path.join(server.home, "nobody") };
  await mkdir(path.join(environment.HOME, ".ssh"), { recursive: true });
  await writeFile(path.join(environment.HOME, ".ssh/known_hosts"), known);
  await expect(connect({ host: server.host, environment })).rejects.toMatchObject({
    code: "TRANSPORT_AUTH",
    hint: expect.stringContaining("ssh-add"),
  });
});
