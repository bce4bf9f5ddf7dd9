import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { Backend } from "../backend/backend.ts";
import { Client } from "../client.ts";
import { newBackend } from "../new-backend.ts";
import { removeResources } from "../remove-resources.ts";
import { label } from "../session.ts";

const run = `reaper-${randomBytes(4).toString("hex")}`;
const labels = { "dev.slipway.test": run };
const program = fileURLToPath(new URL("../../test/to-be-killed.mjs", import.meta.url));
/** Longer runs: `SLIPWAY_KILLS=100 npx vitest run --project engine packages/containers/src/reaper` */
const kills = Number(process.env["SLIPWAY_KILLS"] ?? 6);
const atOnce = 3;
const latestMs = 1_500;

afterAll(async () => {
  await withBackend((backend) => removeResources(backend, { labels }));
});

test(
  `of ${kills} processes that are killed at random moments nothing is left`,
  { timeout: 60_000 + kills * 10_000 },
  async () => {
    const seed = Number(process.env["SLIPWAY_SEED"] ?? randomBytes(4).readUInt32LE());
    console.log(`seed ${seed}`);
    const random = generator(seed);
    const moments = Array.from({ length: kills }, () => random() * latestMs);
    let made = 0;
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let moment = moments.pop(); moment !== undefined; moment = moments.pop()) {
          const child = spawn(process.execPath, [program, run], {
            stdio: ["ignore", "pipe", "inherit"],
            env: { ...process.env, SLIPWAY_TEST_RUN: run },
          });
          const ended = once(child, "exit");
          await once(child.stdout, "data");
          await delay(moment);
          const before = await withBackend((backend) => backend.listContainers(labels));
          made += before.length;
          expect(child.exitCode, "it ended by itself").toBeNull();
          child.kill("SIGKILL");
          await ended;
        }
      }),
    );
    expect(made, "nothing was ever there to be left").toBeGreaterThan(0);
    await expect.poll(() => reapers(), { timeout: 50_000, interval: 250 }).toEqual([]);
    await withBackend(async (backend) => {
      expect(await removeResources(backend, { labels, dryRun: true })).toEqual({
        containers: [],
        networks: [],
        volumes: [],
      });
    });
  },
);

test("what a process left whose reaper was killed with it is collected; what others use is not", async () => {
  await using client = await Client.connect({ labels, reaper: false });
  const { backend } = client;
  const image = await client.image("slipway-base/busybox:1", { pull: "never" });
  const own = await image.instantiate({ command: ["true"] });
  const [, boot, namespace] = (own.spec.labels[label.owner] ?? "").split("|");
  const owner = (pid: number, start: string): string => {
    const [host] = (own.spec.labels[label.owner] ?? "").split("|");
    return [host, boot, namespace, pid, start].join("|");
  };
  // This process's number, but begun at another time: one that had the number before.
  const left = await backend.createContainer({
    ...own.spec,
    labels: { ...labels, [label.managed]: "true", [label.owner]: owner(process.pid, "1") },
  });
  const elsewhere = await backend.createContainer({
    ...own.spec,
    labels: { ...labels, [label.managed]: "true", [label.owner]: "another-machine|1|1|1|1" },
  });
  const told = await client.collectGarbage({ dryRun: true });
  expect(told.containers).toContain(left);
  expect(told.containers).not.toContain(own.id);
  expect(await backend.inspectContainer(left)).toBeDefined();
  const { containers } = await client.collectGarbage();
  expect(containers).toContain(left);
  expect(containers).not.toContain(elsewhere);
  expect(await backend.inspectContainer(left)).toBeUndefined();
  expect(await backend.inspectContainer(own.id)).toBeDefined();
  await backend.removeContainer(elsewhere);
});

test("a process that ends without closing its client leaves nothing, and is not held up", async () => {
  const script = `
    import { Client } from "@slipway/containers";
    const client = await Client.connect({ labels: ${JSON.stringify(labels)} });
    const image = await client.image("slipway-base/busybox:1", { pull: "never" });
    await (await image.instantiate({ command: ["sleep", "1000"] })).start();
    console.log(client.session);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    cwd: path.dirname(program),
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, SLIPWAY_TEST_RUN: run },
  });
  const exit = once(child, "exit");
  const [output] = (await once(child.stdout, "data")) as [Buffer];
  const session = { [label.session]: output.toString().trim() };
  expect(await Promise.race([exit, delay(5_000, "held up")])).not.toBe("held up");
  await expect.poll(() => reapers(), { timeout: 50_000, interval: 250 }).toEqual([]);
  expect(await withBackend((backend) => backend.listContainers(session))).toEqual([]);
});

async function withBackend<T>(work: (backend: Backend) => Promise<T>): Promise<T> {
  const backend = await newBackend({ type: "docker" });
  try {
    return await work(backend);
  } finally {
    backend.close();
  }
}

/** The processes that watch over what this test has started. */
async function reapers(): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
    if ((await read("environ")).includes(`SLIPWAY_TEST_RUN=${run}`)) found.push(await read("cmdline"));
  }
  return found;
}

/** Numbers from 0 to 1 that only the seed decides (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
