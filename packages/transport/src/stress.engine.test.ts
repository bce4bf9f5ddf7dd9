import { readdirSync } from "node:fs";
import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { timeLimit } from "@slipway/run";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getArchive, putArchive } from "./archive.ts";
import { connect } from "./connect.ts";
import type { Engine } from "./engine.ts";
import { execute } from "./execute.ts";
import { pullImage } from "./images/pull-image.ts";
import { pushImage } from "./images/push-image.ts";
import { removeImage } from "./images/remove-image.ts";
import { saveImages } from "./images/save-images.ts";
import { tagImage } from "./images/tag-image.ts";
import { type Registry, startRegistry } from "../test/registry.ts";
import { tarFile } from "../test/tar-file.ts";

/** 1,000 for the long run: SLIPWAY_STRESS=1000. */
const count = Number(process.env["SLIPWAY_STRESS"] ?? 80);
const seed = Number(process.env["SLIPWAY_SEED"] ?? randomInt(2 ** 31));
const label = `transport-stress-${process.pid}`;
const atOnce = 8;

let engine: Engine;
let registry: Registry;
let container: string;
let image: string;

beforeAll(async () => {
  engine = await connect();
  registry = await startRegistry();
  const made = await engine.docker.createContainer({
    Image: "slipway-base/busybox:1",
    Cmd: ["sleep", "3600"],
    Labels: { "dev.slipway.test": label },
    HostConfig: { NetworkMode: "none" },
  });
  container = made.id;
  await made.start();
  image = `${registry.domain}/${label}:1`;
  await tagImage(engine, "slipway-base/busybox:1", image);
});

afterAll(async () => {
  await engine.docker.getContainer(container).remove({ force: true });
  await removeImage(engine, image, { force: true });
  engine.close();
  await registry.remove();
});

/** Repeatable random numbers below 1 (mulberry32). */
function random(state: number): () => number {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const tar = tarFile("file", randomBytes(65_536));

/** What is open in this process and what runs in the container. */
async function inUse(): Promise<{ handles: number; processes: string[] }> {
  const { Processes } = (await engine.docker.getContainer(container).top()) as { Processes: string[][] };
  return { handles: readdirSync("/proc/self/fd").length, processes: Processes.map((fields) => fields.at(-1) ?? "") };
}

test(
  `${count} execs, pulls, pushes, saves and archives at once, many cancelled, leave nothing behind`,
  async () => {
    console.log(`seed ${seed}`);
    const next = random(seed);
    const auth = { username: registry.user, password: registry.password, serveraddress: registry.domain };
    await pushImage(engine, image, { auth });
    engine.close();
    const before = await inUse();
    const kinds: ((signal: AbortSignal) => Promise<unknown>)[] = [
      (signal) => execute(engine, container, { cmd: ["sh", "-c", "sleep 0.2 & seq 1 2000; wait"], signal }),
      (signal) => execute(engine, container, { cmd: ["sh", "-c", "sleep 300"], signal: timed(signal, 500) }),
      (signal) => pullImage(engine, image, { auth, signal }),
      (signal) => pushImage(engine, image, { auth, signal }),
      (signal) => putArchive(engine, container, tar, { path: "/tmp", signal }),
      async (signal) => drain(await getArchive(engine, container, "/bin/busybox", { signal })),
      async (signal) => drain(await saveImages(engine, [image], { signal })),
    ];
    let cancelled = 0;
    const unexpected: unknown[] = [];
    let left = count;
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        const kind = kinds[Math.floor(next() * kinds.length)] as (typeof kinds)[number];
        const controller = new AbortController();
        const stop = next() < 0.5 ? setTimeout(() => controller.abort(), next() * 300) : undefined;
        await kind(controller.signal).catch((error: unknown) => {
          if ((error as Error).name === "AbortError" || (error as Error).name === "TimeoutError") cancelled++;
          else unexpected.push(error);
        });
        clearTimeout(stop);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    expect(unexpected, `seed ${seed}`).toEqual([]);
    expect(cancelled).toBeGreaterThan(0);
    engine.close();
    // Sockets that were destroyed close in a moment, and a process whose exec was refused ends in one.
    const deadline = performance.now() + 10_000;
    let after = await inUse();
    while ((after.handles > before.handles || after.processes.length > 1) && performance.now() < deadline) {
      await delay(100);
      engine.close();
      after = await inUse();
    }
    expect(after.processes, `seed ${seed}`).toEqual(before.processes);
    expect(after.handles, `seed ${seed}`).toBeLessThanOrEqual(before.handles);
    const helpers = await engine.docker.listContainers({
      all: true,
      filters: { label: [`dev.slipway.test=${label}`] },
    });
    expect(helpers).toHaveLength(1);
    console.log(`${cancelled} of ${count} cancelled; handles ${before.handles} before, ${after.handles} after`);
  },
  15 * 60_000,
);

function timed(signal: AbortSignal, ms: number): AbortSignal {
  return AbortSignal.any([signal, timeLimit(ms)]);
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream) void _;
}
