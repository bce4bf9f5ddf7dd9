// How long the command takes to begin: whole processes, in turns.
//   [DOCKER_COMPOSE=PROGRAM] npm run bench -- startup
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { compare, report } from "./shared/measure.mjs";

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
/** @type {Record<string, () => void>} */
const subjects = {};
for (const [name, [program, ...args]] of Object.entries(commands)) {
  const run = () => spawnSync(program, args, { cwd: folder });
  if (run().status === 0) subjects[name] = run;
}
report("A whole process", await compare(subjects, 10));
rmSync(folder, { recursive: true });
