// @slipway/containers beside testcontainers, the newest version that runs on this Node: from "make me a container" to its
// first line of output, twenty at a time, and what importing costs. Without testcontainers' reaper, which is an image of
// its own that would have to be pulled; ours is on.
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { compare, median, report } from "./shared/measure.mjs";
import { peer, peerFolder } from "./shared/peer.mjs";

const version = "11.14.0";
const image = "slipway-base/busybox:1";
const command = ["sh", "-c", "echo ready; sleep 1000"];
const rounds = Number(process.argv[2] ?? 7);
const together = 20;

process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true";
const { GenericContainer, Wait } = await peer("testcontainers", version);
const { Client, forLog } = await import("@slipway/containers");

const client = await Client.connect();
const own = await client.image(image, { pull: "missing" });

async function ours() {
  const container = await own.instantiate({ command, waitFor: forLog("ready") });
  return await container.start();
}

async function theirs() {
  return await new GenericContainer(image).withCommand(command).withWaitStrategy(Wait.forLogMessage("ready")).start();
}

/** @type {(() => Promise<unknown>)[]} */
let toRemove = [];
async function removeAll() {
  const now = toRemove;
  toRemove = [];
  await Promise.all(now.map((remove) => remove()));
}

/**
 * The same number of each in turn; what was started is removed outside of the time.
 * @param {number} count
 * @param {number} times
 */
async function starts(count, times) {
  /** @type {Record<string, number[]>} */
  const all = { "@slipway/containers": [], testcontainers: [] };
  const make = {
    "@slipway/containers": async () => {
      const container = await ours();
      toRemove.push(() => container.remove());
    },
    testcontainers: async () => {
      const container = await theirs();
      toRemove.push(() => container.stop({ timeout: 0 }));
    },
  };
  for (let round = -1; round < times; round++) {
    for (const [name, one] of Object.entries(make)) {
      const since = performance.now();
      await Promise.all(Array.from({ length: count }, one));
      if (round >= 0) all[name]?.push(performance.now() - since);
      await removeAll();
    }
  }
  return Object.fromEntries(Object.entries(all).map(([name, list]) => [name, median(list)]));
}

report("one container, to its first line", await starts(1, rounds));
report(`${together} at once, to the first line of the last`, await starts(together, Math.ceil(rounds / 2)));

// A process for each, so that nothing is loaded already.
const folder = await mkdtemp(path.join(path.dirname(fileURLToPath(import.meta.url)), ".import-"));
try {
  const modules = {
    nothing: "",
    "@slipway/containers": 'await import("@slipway/containers");',
    testcontainers: `await import(${JSON.stringify(pathToFileURL(path.join(peerFolder("testcontainers", version), "node_modules/testcontainers/build/index.js")).href)});`,
  };
  /** @type {Record<string, () => void>} */
  const imports = {};
  for (const [name, text] of Object.entries(modules)) {
    const file = path.join(folder, `${name.replaceAll("/", "+")}.mjs`);
    await writeFile(file, text);
    imports[name] = () => void execFileSync(process.execPath, [file]);
  }
  report("a process that imports it", await compare(imports, rounds));
} finally {
  await rm(folder, { recursive: true });
}
await client.close();
