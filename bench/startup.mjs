// How long the command takes to begin: whole processes, in turns, least and median of their wall-clock times.
//   [DOCKER_COMPOSE=PROGRAM] npm run bench -- startup
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const slipway = fileURLToPath(new URL("../packages/cli/bin/slipway.js", import.meta.url));
const oracle = process.env["DOCKER_COMPOSE"] ?? "docker-compose";
const folder = mkdtempSync(path.join(tmpdir(), "slipway-bench-"));
writeFileSync(path.join(folder, "compose.yaml"), "services: { web: { image: 'x:${TAG:-1}', ports: ['80:80'] } }\n");

const node = process.execPath;
/** @type {Record<string, [string, ...string[]]>} */
const commands = {
  "node alone": [node, "-e", "0"],
  "slipway config": [node, slipway, "config"],
  "slipway build --help": [node, slipway, "build", "--help"],
  "slipway live --help": [node, slipway, "live", "--help"],
  "slipway --help": [node, slipway, "--help"],
  "docker-compose config": [oracle, "config"],
};
/** @type {Record<string, number[]>} */
const times = {};
for (let i = 0; i < 10; i++) {
  for (const [name, [program, ...args]] of Object.entries(commands)) {
    const since = performance.now();
    if (spawnSync(program, args, { cwd: folder }).status === 0) (times[name] ??= []).push(performance.now() - since);
  }
}
rmSync(folder, { recursive: true });
for (const [name, all] of Object.entries(times)) {
  const sorted = all.toSorted((a, b) => a - b);
  const [least = 0, median = 0] = [sorted[0], sorted[sorted.length >> 1]];
  process.stdout.write(`${name.padEnd(24)} ${least.toFixed(0).padStart(5)} ms  (median ${median.toFixed(0)})\n`);
}
