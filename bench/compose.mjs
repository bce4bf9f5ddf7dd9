// How long loading takes, side by side with `docker-compose config` and with js-yaml alone, on the same files:
//   [DOCKER_COMPOSE=PROGRAM] npm run bench -- compose
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { load, startOrder, toJson } from "@slipway/compose";

const oracle = process.env["DOCKER_COMPOSE"] ?? "docker-compose";
const require = createRequire(new URL("../packages/compose/package.json", import.meta.url));
const yaml = require("js-yaml/browser");
const hasOracle = spawnSync(oracle, ["version"]).status === 0;

/** @param {number} count */
function services(count) {
  let text = "services:\n";
  for (let i = 0; i < count; i++) {
    text += `  service${i}:
    image: "registry.example/app${i}:\${TAG:-latest}"
    command: ["serve", "--port", "80"]
    restart: unless-stopped
    ports: ["${10000 + i}:80"]
    environment: { NAME: service${i}, LEVEL: info, URL: "http://service${i}:80/" }
    volumes: ["data:/data", "./config/${i}:/config:ro"]
    labels: { com.example.team: core, com.example.index: "${i}" }
    healthcheck: { test: ["CMD", "true"], interval: 30s, retries: 3 }
    deploy: { resources: { limits: { cpus: "0.5", memory: 128M } } }
${i % 10 ? `    depends_on: [service${i - (i % 10)}]\n` : ""}`;
  }
  return `${text}volumes: { data: {} }\n`;
}

/** @param {number} count */
function chain(count) {
  let text = "services:\n";
  for (let i = 0; i < count; i++) text += `  s${i}: { image: x${i ? `, depends_on: [s${i - 1}]` : ""} }\n`;
  return text;
}

/** @param {number} count */
function anchors(count) {
  let text =
    "x-common: &common { image: x, restart: always, labels: { a: b }, environment: &env { A: 1, B: 2 } }\nservices:\n";
  for (let i = 0; i < count; i++) text += `  s${i}: { <<: *common, environment: { <<: *env, I: ${i} } }\n`;
  return text;
}

/** The middle of several runs, in ms. @param {number} runs @param {() => unknown} action */
async function median(runs, action) {
  const times = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await action();
    times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? 0;
}

const folder = mkdtempSync(path.join(tmpdir(), "slipway-bench-"));
const rows = [
  [
    "files",
    "KiB",
    "load, first",
    "load, warm",
    "with toJson",
    "js-yaml alone",
    "docker-compose config",
    "times faster",
  ],
];
try {
  for (const [name, text] of Object.entries({
    "20 services": services(20),
    "200 services": services(200),
    "2,000 services": services(2000),
    "depends_on, 1,000 deep": chain(1000),
    "anchors, 1,000 uses": anchors(1000),
  })) {
    const place = path.join(folder, name.replaceAll(/\W/g, ""));
    mkdirSync(place);
    writeFileSync(path.join(place, "compose.yaml"), text);
    const options = { files: [{ name: "compose.yaml", text }], directory: place, environment: {} };
    const runs = text.length < 50_000 ? 100 : 9;
    const first = await median(1, () => load(options));
    const warm = await median(runs, () => load(options));
    const whole = await median(runs, async () => {
      const { project } = await load(options);
      startOrder(project);
      JSON.stringify(toJson(project));
    });
    const alone = await median(runs, () =>
      yaml.load(text, { schema: yaml.CORE_SCHEMA.withTags(yaml.mergeTag), maxTotalMergeKeys: -1 }),
    );
    let theirs;
    if (hasOracle && !name.startsWith("depends_on, 10")) {
      theirs = await median(3, () =>
        spawnSync(oracle, ["config", "--format", "json"], { cwd: place, maxBuffer: 2 ** 30, timeout: 30_000 }),
      );
    }
    rows.push([
      name,
      String(Math.round(text.length / 1024)),
      ...[first, warm, whole, alone, theirs].map((ms) => (ms === undefined ? "-" : `${ms.toFixed(1)} ms`)),
      theirs === undefined ? "-" : (theirs / whole).toFixed(0),
    ]);
  }
  let bomb = "a0: &a0 [x, x]\n";
  for (let i = 1; i < 64; i++)
    bomb += `a${i}: &a${i} [*a${i - 1}, *a${i - 1}, *a${i - 1}, *a${i - 1}, *a${i - 1}, *a${i - 1}, *a${i - 1}, *a${i - 1}]\n`;
  const refused = await median(5, () => load({ text: bomb, projectName: "p" }).catch(() => undefined));
  rows.push(["an alias bomb", "4", "-", `${refused.toFixed(1)} ms`, "-", "-", "-", "-"]);
} finally {
  rmSync(folder, { recursive: true });
}
const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
for (const [index, row] of rows.entries()) {
  process.stdout.write(`| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |\n`);
  if (index === 0) process.stdout.write(`| ${widths.map((width) => "-".repeat(width)).join(" | ")} |\n`);
}
