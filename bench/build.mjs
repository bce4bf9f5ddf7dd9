// A folder of 100 MB built in four ways: cold, unchanged, and with one file changed; in few files and in many.
import { execFileSync, fork, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const label = `dev.slipway.test=bench-${process.pid}`;
// Labelled, so that every image of this run is, without a step of its own that has an image of its own.
const base = `slipway-bench-${process.pid}:base`;
const name = `slipway-bench-${process.pid}:context`;
const single = fileURLToPath(new URL("build/once.mjs", import.meta.url));
const shapes = {
  "100 files of 1 MiB": { folders: 1, files: 100, size: 1 << 20 },
  "10,000 files of 10 KiB": { folders: 100, files: 100, size: 10 << 10 },
};
/** The command's own BuildKit client is a plug-in that not everybody has. */
const buildx = spawnSync("docker", ["buildx", "version"], { stdio: "ignore" }).status === 0;
const ways = [
  "slipway-buildkit",
  ...(buildx ? ["docker-cli-buildkit"] : []),
  "raw-buildkit",
  "slipway-classic",
  "raw-classic",
  "docker-cli-classic",
];

async function fill(folder, { folders, files, size }) {
  await mkdir(folder);
  await writeFile(path.join(folder, "Dockerfile"), `FROM ${base}\nCOPY . /c\n`);
  for (let i = 0; i < folders; i += 1) {
    await mkdir(path.join(folder, `d${i}`));
    for (let j = 0; j < files; j += 1) await writeFile(path.join(folder, `d${i}`, `f${j}`), randomBytes(size));
  }
}

/** Seconds of the build itself, of the whole process for the docker CLI, and the peak memory in MB where it can be told. */
async function time(way, folder) {
  const since = performance.now();
  let peak;
  let seconds;
  const child = way.startsWith("docker-cli")
    ? spawn("docker", ["build", "-q", "-t", name, folder], {
        stdio: "ignore",
        env: { ...process.env, DOCKER_BUILDKIT: way === "docker-cli-classic" ? "0" : "1" },
      })
    : fork(single, [way, folder, name]);
  child.on("message", (message) => {
    peak = message.peakKb / 1024;
    seconds = message.seconds;
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${way} ended with ${code}`);
  return { seconds: seconds ?? (performance.now() - since) / 1000, peak };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

// build.mjs [rounds] [shape]: 3 rounds of both without.
const rounds = Number(process.argv[2] ?? 3);
const only = process.argv[3] ?? "";
execFileSync("docker", ["build", "-q", "-t", base, "--label", label, "-"], {
  input: "FROM slipway-base/busybox:1\n",
  env: { ...process.env, DOCKER_BUILDKIT: "0" },
  stdio: ["pipe", "ignore", "ignore"],
});
const root = await mkdtemp(path.join(tmpdir(), "slipway-bench-"));
try {
  for (const [shape, how] of Object.entries(shapes)) {
    if (!shape.startsWith(only)) continue;
    const results = Object.fromEntries(ways.map((way) => [way, { cold: [], cached: [], changed: [], peak: [] }]));
    let folder = path.join(root, "context");
    await fill(folder, how);
    for (let round = 0; round < rounds; round += 1) {
      for (const way of ways) {
        // Another folder with something new in it is one that neither builder knows.
        const next = path.join(root, `context-${round}-${way}`);
        await rename(folder, next);
        folder = next;
        await writeFile(path.join(folder, "stamp"), randomBytes(16));
        const { cold, cached, changed, peak } = results[way];
        for (const times of [cold, cached, changed]) {
          if (times === changed) await writeFile(path.join(folder, "d0", "f0"), randomBytes(how.size));
          const one = await time(way, folder);
          times.push(one.seconds);
          if (one.peak !== undefined) peak.push(one.peak);
        }
      }
    }
    console.log(`\n${shape}, best and median of ${rounds}, seconds`);
    console.log("| way | cold | cached | one file changed | peak memory, MB |\n|---|---|---|---|---|");
    for (const [way, { cold, cached, changed, peak }] of Object.entries(results)) {
      const times = [cold, cached, changed].map(
        (list) => `${Math.min(...list).toFixed(2)} / ${median(list).toFixed(2)}`,
      );
      console.log(`| ${way} | ${times.join(" | ")} | ${peak.length > 0 ? Math.max(...peak).toFixed(0) : ""} |`);
    }
    await rm(folder, { recursive: true });
  }
} finally {
  await rm(root, { recursive: true, force: true });
  const ids = execFileSync("docker", ["images", "-aq", "--no-trunc", "--filter", `label=${label}`], {
    encoding: "utf8",
  });
  for (const id of new Set(ids.split("\n").filter(Boolean))) {
    try {
      execFileSync("docker", ["rmi", "-f", id], { stdio: "ignore" });
    } catch {
      // Gone with an image that was built on it.
    }
  }
}
