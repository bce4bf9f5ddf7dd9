// Splitting an archive into build contexts, and building: beside npm's @balena/compose 8 and what merely reading costs.
// Each measurement is a process of its own; the time is counted after its modules have loaded. Runs alternate.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const own = (name) => import(new URL(`../packages/${name}/dist/index.js`, import.meta.url));
const templateText = "FROM slipway-base/busybox:1\nENV ARCH=%%BALENA_ARCH%%\nCOPY . /app\n";

const workloads = {
  a: {
    title: "10 services × (template + 200 files of 10 KiB in 10 folders)",
    contexts: Array.from({ length: 10 }, (_, i) => `s${i}`),
    *files() {
      for (const context of this.contexts) {
        yield [`${context}/Dockerfile.template`, templateText];
        for (let i = 0; i < 200; i++) yield [`${context}/d${i % 10}/f${i}`, 10_240];
      }
    },
  },
  b: {
    title: "3 services × (template + 2 × 50 MiB + 10 × 1 KiB)",
    contexts: ["s0", "s1", "s2"],
    *files() {
      for (const context of this.contexts) {
        yield [`${context}/Dockerfile.template`, templateText];
        for (let i = 0; i < 2; i++) yield [`${context}/big${i}`, 50 * 1024 * 1024];
        for (let i = 0; i < 10; i++) yield [`${context}/f${i}`, 1024];
      }
    },
  },
  c: {
    title: "50 services × (template + 400 × 1 KiB), of which one has the whole archive as its context",
    contexts: [...Array.from({ length: 49 }, (_, i) => `s${i}`), "."],
    *files() {
      for (const context of ["", ...this.contexts.slice(0, 49).map((name) => `${name}/`)]) {
        yield [`${context}Dockerfile.template`, templateText];
        for (let i = 0; i < 400; i++) yield [`${context}f${i}`, 1024];
      }
    },
  },
};

const drain = async (stream) => {
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  return bytes;
};
const descriptors = ({ contexts }) =>
  contexts.map((context, i) => ({ serviceName: `service${i}`, image: { context } }));

/** What each contestant does with the archive; loading is not counted. */
const contestants = {
  "raw copy": async () => async (tar) => {
    let bytes = 0;
    for await (const chunk of createReadStream(tar, { highWaterMark: 1024 * 1024 })) bytes += Buffer.from(chunk).length;
    return bytes;
  },
  "tar-stream drain": async (peer) => {
    const { extract } = createRequire(path.join(peer, "package.json"))("tar-stream");
    return async (tar) => {
      const reader = createReadStream(tar).pipe(extract());
      let bytes = 0;
      for await (const entry of reader) for await (const chunk of entry) bytes += chunk.length;
      return bytes;
    };
  },
  slipway: async () => {
    const { fromImageDescriptors, releaseTasks } = await own("multibuild");
    return async (tar, workload) => {
      const tasks = await fromImageDescriptors(descriptors(workload), createReadStream(tar));
      const bytes = await Promise.all(tasks.map((task) => drain(task.buildStream)));
      await releaseTasks(tasks);
      return bytes.reduce((a, b) => a + b);
    };
  },
  "slipway, resolved": async () => {
    const { fromImageDescriptors, performResolution, releaseTasks } = await own("multibuild");
    return async (tar, workload) => {
      const tasks = await fromImageDescriptors(descriptors(workload), createReadStream(tar));
      await performResolution(tasks, "amd64", "generic-amd64");
      const bytes = await Promise.all(tasks.map((task) => drain(task.buildStream)));
      await releaseTasks(tasks);
      return bytes.reduce((a, b) => a + b);
    };
  },
  "@balena/compose": async (peer) => {
    const { multibuild } = createRequire(path.join(peer, "package.json"))("@balena/compose");
    return async (tar, workload) => {
      const tasks = await multibuild.fromImageDescriptors(descriptors(workload), createReadStream(tar));
      const bytes = await Promise.all(tasks.map((task) => drain(task.buildStream)));
      return bytes.reduce((a, b) => a + b);
    };
  },
  "@balena/compose, resolved": async (peer) => {
    const { multibuild } = createRequire(path.join(peer, "package.json"))("@balena/compose");
    return async (tar, workload) => {
      const tasks = await multibuild.fromImageDescriptors(descriptors(workload), createReadStream(tar));
      multibuild.performResolution(tasks, "amd64", "generic-amd64", {});
      const bytes = await Promise.all(tasks.map((task) => drain(task.buildStream)));
      return bytes.reduce((a, b) => a + b);
    };
  },
};

async function worker([contestant, name, tar, peer]) {
  const run = await contestants[contestant](peer);
  const since = performance.now();
  const cpuBefore = process.cpuUsage();
  const bytes = await run(tar, workloads[name]);
  const ms = performance.now() - since;
  const { user, system } = process.cpuUsage(cpuBefore);
  process.stdout.write(
    JSON.stringify({ ms, cpu: (user + system) / 1000, bytes, rss: process.resourceUsage().maxRSS / 1024 }),
  );
}

async function measured(args) {
  const child = spawn(process.execPath, [self, "worker", ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (data) => (text += data));
  const status = await new Promise((resolve) => child.once("close", resolve));
  if (status !== 0) throw new Error(`${args[0]} ended with status ${status}`);
  return JSON.parse(text);
}

const median = (values) => values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)];

async function makeArchive(workload, file) {
  const { packEntries } = await own("context");
  const noise = Buffer.alloc(1024 * 1024);
  for (let i = 0; i < noise.length; i += 4) noise.writeInt32LE((i * 2654435761) | 0, i);
  async function* pieces(size) {
    for (let left = size; left > 0; left -= noise.length) yield noise.subarray(0, Math.min(left, noise.length));
  }
  function* entries() {
    for (const [name, what] of workload.files()) {
      if (typeof what === "string") yield { header: { name, type: "file" }, body: what };
      else yield { header: { name, type: "file", size: what }, body: pieces(what) };
    }
  }
  await pipeline(packEntries(entries()), createWriteStream(file));
}

/** Docker's command needs a plug-in to build with BuildKit, which not everybody has. */
const buildx = spawnSync("docker", ["buildx", "version"], { stdio: "ignore" }).status === 0;

/** Eight small builds at once: ours, and as many processes of docker's own command. Each run has both, now one first, now the other. */
async function tinyBuilds(folder, runs) {
  const { connect } = await own("transport");
  const { fromImageDescriptors, performBuilds, performResolution } = await own("multibuild");
  const { packEntries } = await own("context");
  const names = Array.from({ length: 8 }, (_, i) => `tiny${i}`);
  const label = `dev.slipway.test=bench-${process.pid}`;
  const engine = await connect();
  const text = (name, salt) =>
    `FROM slipway-base/busybox:1\nLABEL ${label.replace("=", '="')}"\nRUN echo ${name} ${salt}\n`;

  async function slipway(builder, salt) {
    const entries = names.map((name) => ({
      header: { name: `${name}/Dockerfile`, type: "file" },
      body: text(name, salt),
    }));
    const images = names.map((name) => ({
      serviceName: name,
      image: { context: name, tag: `slipway-bench-own-${name}` },
    }));
    const since = performance.now();
    const tasks = await fromImageDescriptors(images, packEntries(entries));
    await performResolution(tasks, "amd64", "generic-amd64");
    const built = await performBuilds(tasks, engine, { builder });
    const ms = performance.now() - since;
    for (const image of built) if (!image.successful) throw image.error;
    return ms;
  }

  async function command(builder, salt) {
    for (const name of names) {
      await mkdir(path.join(folder, name), { recursive: true });
      await writeFile(path.join(folder, name, "Dockerfile"), text(name, salt));
    }
    const since = performance.now();
    await Promise.all(
      names.map(async (name) => {
        const args = ["build", "-q", "-t", `slipway-bench-cli-${name}`, path.join(folder, name)];
        const env = { ...process.env, DOCKER_BUILDKIT: builder === "buildkit" ? "1" : "0" };
        const child = spawn("docker", args, { stdio: "ignore", env });
        const status = await new Promise((resolve) => child.once("close", resolve));
        if (status !== 0) throw new Error(`docker build ended with status ${status}`);
      }),
    );
    return performance.now() - since;
  }

  const rivals = { slipway, "docker build × 8": command };
  const results = {};
  try {
    for (let run = 0; run < runs; run++) {
      for (const builder of ["classic", "buildkit"]) {
        const order = Object.keys(rivals).filter((who) => who === "slipway" || builder === "classic" || buildx);
        if (run % 2 === 1) order.reverse();
        for (const who of order) {
          for (const state of ["no cache", "cached"]) {
            const ms = await rivals[who](builder, `${process.pid}-${run}-${who.split(" ")[0]}`);
            (results[`${who}, ${builder}, ${state}`] ??= []).push(ms);
          }
        }
      }
    }
  } finally {
    const ids = execFileSync("docker", ["images", "-q", "-f", `label=${label}`], { encoding: "utf8" });
    for (const id of new Set(ids.split("\n").filter(Boolean))) await engine.docker.getImage(id).remove({ force: true });
    engine.close();
  }
  return results;
}

async function splitting(folder, runs, only) {
  const peer = process.env.BENCH_PEER ?? path.join(folder, "peer");
  if (!existsSync(peer)) {
    await mkdir(peer);
    await writeFile(path.join(peer, "package.json"), "{}");
    const packages = ["@balena/compose@8", "tar-stream@3"];
    execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...packages], { cwd: peer });
  }
  const { version } = JSON.parse(await readFile(path.join(peer, "node_modules/@balena/compose/package.json")));
  process.stdout.write(`node ${process.version}, @balena/compose ${version}, median of ${runs} runs\n`);
  process.stdout.write(
    "after loading: elapsed, CPU time (steadier where others use the machine), and the process's peak memory\n\n",
  );
  for (const [name, workload] of Object.entries(workloads)) {
    if (!name.startsWith(only)) continue;
    const tar = path.join(folder, `${name}.tar`);
    await makeArchive(workload, tar);
    const results = Object.fromEntries(Object.keys(contestants).map((contestant) => [contestant, []]));
    for (let run = 0; run < runs; run++) {
      for (const contestant of Object.keys(contestants)) {
        results[contestant].push(await measured([contestant, name, tar, peer]));
      }
    }
    process.stdout.write(`${name}: ${workload.title}\n`);
    for (const [contestant, values] of Object.entries(results)) {
      const ms = median(values.map((value) => value.ms)).toFixed(0);
      const cpu = median(values.map((value) => value.cpu)).toFixed(0);
      const rss = median(values.map((value) => value.rss)).toFixed(0);
      process.stdout.write(
        `  ${contestant.padEnd(28)} ${ms.padStart(6)} ms ${cpu.padStart(6)} ms of CPU ${rss.padStart(5)} MiB\n`,
      );
    }
    await rm(tar);
  }
}

async function building(folder, runs) {
  process.stdout.write("\n8 small builds at once: least and median\n");
  if (!buildx)
    process.stdout.write("  (docker's command has no buildx here, and so builds by the classic builder only)\n");
  for (const [row, values] of Object.entries(await tinyBuilds(folder, Math.max(runs, 3)))) {
    const [least, middle] = [Math.min(...values), median(values)].map((ms) => ms.toFixed(0).padStart(6));
    process.stdout.write(`  ${row.padEnd(42)} ${least} ms ${middle} ms\n`);
  }
}

/** multibuild.mjs [a | b | c | builds]: all without. */
async function main(only = "") {
  const runs = Number(process.env.BENCH_RUNS ?? 5);
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-bench-"));
  try {
    if (only !== "builds") await splitting(folder, runs, only);
    if (["", "builds"].includes(only)) await building(folder, runs);
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (process.argv[2] === "worker") await worker(process.argv.slice(3));
else await main(process.argv[2]);
