import { randomBytes } from "node:crypto";
import { normalize, type Project } from "@slipway/compose";
import { connect, type Engine } from "@slipway/transport";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { down } from "./down.ts";
import { type LogLine, logs } from "./logs.ts";
import { up } from "./up.ts";

const image = "slipway-base/busybox:1";
const name = `logs-${randomBytes(4).toString("hex")}`;
const labels = { "dev.slipway.test": name };

let engine: Engine;

beforeAll(async () => {
  engine = await connect();
});

afterEach(async () => {
  await down(name, { engine, volumes: true, timeout: 0 }).result;
});

afterAll(() => engine.close());

async function start(services: Record<string, object>): Promise<Project> {
  const project = normalize({ name, services });
  await up(project, { engine, labels }).result;
  return project;
}

async function collect(lines: AsyncIterable<LogLine>): Promise<string[]> {
  const seen: string[] = [];
  for await (const { service, stream, line } of lines) seen.push(`${service} ${stream} ${line}`);
  return seen.toSorted();
}

test("lines of all services, with stream and time; of some services, the last ones", async () => {
  const project = await start({
    a: { image, command: ["sh", "-c", "echo one; echo two >&2; printf three"] },
    b: { image, command: ["sh", "-c", "echo four"], tty: true },
  });
  expect(await collect(logs(project, { engine }))).toEqual([
    "a stderr two",
    "a stdout one",
    "a stdout three",
    "b stdout four",
  ]);
  expect(await collect(logs(name, { engine, services: ["b"] }))).toEqual(["b stdout four"]);
  for await (const { container, time } of logs(name, { engine, services: ["a"], tail: 1 })) {
    expect(container).toBe(`${name}-a-1`);
    expect(Date.parse(time)).toBeGreaterThan(0);
  }
});

test("following goes on through a restart and ends when the containers are removed", async () => {
  const project = await start({
    a: { image, command: ["sh", "-c", "echo up; trap 'echo down; exit' TERM; while :; do sleep 0.1; done"] },
  });
  const container = engine.docker.getContainer(`${name}-a-1`);
  const seen: string[] = [];
  for await (const { line } of logs(project, { engine, follow: true })) {
    seen.push(line);
    if (seen.length === 1) await container.restart();
    if (seen.length === 3) await down(name, { engine }).result;
  }
  expect(seen).toEqual(["up", "down", "up", "down"]);
});

test("an abort ends the following with its reason; breaking off just ends it", async () => {
  const project = await start({ a: { image, command: ["sh", "-c", "while :; do echo x; sleep 0.05; done"] } });
  const abort = new AbortController();
  const follow = async (): Promise<void> => {
    for await (const _ of logs(project, { engine, follow: true, signal: abort.signal }))
      abort.abort(new Error("enough"));
  };
  await expect(follow()).rejects.toThrow("enough");
  for await (const { line } of logs(project, { engine, follow: true })) {
    expect(line).toBe("x");
    break;
  }
});
