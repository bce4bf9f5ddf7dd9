// Live push on facts' workload: beside npm's livepush 3.5.4, `docker cp` and the engine's own calls. Contestants alternate;
// each figure is the median (and the least) of its runs. `node bench/livepush.mjs ssh://…` measures over that connection as
// well, and without one over an ssh server of its own on this machine.
import { execFile } from "node:child_process";
import { EventEmitter } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { importSource } from "./shared/import-source.mjs";
import { peer } from "./shared/peer.mjs";

const own = (name) => import(new URL(`../packages/${name}/dist/index.js`, import.meta.url));
const { Livepush } = await own("livepush");
const { connect, execute, openBuildStream, openShell, putArchive, readRecords } = await own("transport");
const { packDirectory, packEntries } = await own("context");
const run = promisify(execFile);

const runs = Number(process.env.BENCH_RUNS ?? 15);
const only = process.env.BENCH_ONLY; // the name of one scenario
const label = { "dev.slipway.bench": "livepush" };
const dockerfile = [
  "FROM slipway-base/busybox:1",
  "WORKDIR /usr/src/app",
  "COPY package.json ./",
  "RUN sleep 0.2 && cp package.json installed.json",
  "COPY src/ src/",
  'CMD ["sh", "-c", "while :; do cat src/version.txt; echo; sleep 0.02; done"]',
  "",
].join("\n");

const context = await mkdtemp(path.join(tmpdir(), "slipway-bench-"));
const file = (name) => path.join(context, name);
await mkdir(file("src/many"), { recursive: true });
await writeFile(file("Dockerfile"), dockerfile);
await writeFile(file("package.json"), "{}");
await writeFile(file("src/version.txt"), "0000");

const engine = await connect();
const made = [];
const sessions = [];
let image = "";
for await (const record of readRecords(
  await openBuildStream(engine, { tar: packDirectory(context), query: { version: "2", labels: label } }),
)) {
  if (record.error) throw new Error(record.error);
  if (record.aux?.ID) image = record.aux.ID;
}

async function start(through = engine) {
  const container = await through.docker.createContainer({ Image: image, Labels: label, StopSignal: "KILL" });
  made.push(container);
  await container.start();
  return container.id;
}

/** Ends the sessions and removes the containers of a scenario: each container's loop would be a load on the next one's. */
async function clear() {
  for (const one of sessions.splice(0)) await one.cleanupIntermediateContainers().catch(() => undefined);
  for (const container of made.splice(0)) await container.remove({ force: true }).catch(() => undefined);
}

const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
const show = (times) => `${median(times).toFixed(1)} (least ${Math.min(...times).toFixed(1)})`;

/** Runs each contestant in turn, again and again, and prints what they took. */
async function compare(title, contestants, { times = runs, goal } = {}) {
  const results = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let i = -1; i < times; i++) {
    for (const [name, contestant] of Object.entries(contestants)) {
      const before = await contestant.prepare?.(i);
      const started = performance.now();
      const told = await contestant.run(i, before);
      if (i >= 0) results[name].push(told ?? performance.now() - started);
    }
  }
  console.log(`\n${title}${goal ? `; goal: ${goal}` : ""}`);
  for (const [name, taken] of Object.entries(results)) console.log(`  ${name.padEnd(38)} ${show(taken)} ms`);
  return results;
}

/** When the container's process first prints a text. */
async function watchOutput(through, id) {
  const seen = new EventEmitter();
  const stream = await through.docker.getContainer(id).logs({ follow: true, stdout: true, tail: 0 });
  let tail = "";
  stream.on("data", (chunk) => {
    tail = (tail + chunk.toString("latin1")).slice(-2_000);
    seen.emit("text");
  });
  return {
    async shows(text) {
      while (!tail.includes(text)) await new Promise((resolve) => seen.once("text", resolve));
    },
    close: () => stream.destroy(),
  };
}

const version = (i, who) => `${who}${String(i + 1).padStart(3, "0")}`;
const tarOf = async (entries) => {
  const chunks = [];
  for await (const chunk of packEntries(entries)) chunks.push(chunk);
  return Buffer.concat(chunks);
};
const oneFile = (text) => tarOf([{ header: { name: "src/version.txt", type: "file", size: 4 }, body: text }]);

async function session(id, options = {}) {
  return Livepush.init({
    dockerfileContent: dockerfile,
    context,
    containerId: id,
    stageImages: [],
    docker: engine,
    stopTimeout: 0,
    labels: label,
    ...options,
  });
}

const older = await peer("livepush", "3.5.4")
  .then((found) => found.default ?? found)
  .catch((error) => {
    console.log(`npm's livepush 3.5.4 can't be installed here, so it is left out: ${error.message.split("\n")[0]}`);
    return undefined;
  });
const Dockerode = older && createRequire(new URL("../packages/transport/package.json", import.meta.url))("dockerode");
async function olderSession(id, skip) {
  return older.init({
    dockerfileContent: dockerfile,
    context,
    containerId: id,
    stageImages: [],
    docker: new Dockerode({ socketPath: "/var/run/docker.sock" }),
    skipContainerRestart: skip,
  });
}

try {
  const scenarios = { oneFileVisible, withRestart, manyFiles, deletions, command, firstPush, overSsh };
  for (const [name, measure] of Object.entries(scenarios)) {
    if (only && only !== name) continue;
    await measure();
    await clear();
  }
} finally {
  await clear();
  await engine.docker
    .getImage(image)
    .remove({ force: true })
    .catch(() => undefined);
  await rm(context, { recursive: true });
  engine.close();
}
process.exit(0); // the older one's connections stay open

/** One changed file: until the container's process prints it, and until the push is done. */
async function oneFileVisible() {
  const ids = {
    exec: await start(),
    own: await start(),
    put: await start(),
    cp: await start(),
    ...(older ? { older: await start() } : {}),
  };
  const outputs = {};
  for (const [name, id] of Object.entries(ids)) outputs[name] = await watchOutput(engine, id);
  const shell = await openShell(engine, ids.exec);
  const push = await session(ids.own, { skipContainerRestart: true });
  sessions.push(push);
  const theirs = older && (await olderSession(ids.older, true));
  const contestants = {
    "bare long-lived exec": { key: "exec", go: (text) => shell.run(`printf ${text} > /usr/src/app/src/version.txt`) },
    slipway: { key: "own", go: () => push.performLivepush(["src/version.txt"]) },
    "putArchive alone": {
      key: "put",
      go: async (text) => putArchive(engine, ids.put, await oneFile(text), { path: "/usr/src/app" }),
    },
    "docker cp": {
      key: "cp",
      go: () => run("docker", ["cp", file("src/version.txt"), `${ids.cp}:/usr/src/app/src/version.txt`]),
    },
    ...(theirs
      ? { "livepush 3.5.4, no restart": { key: "older", go: () => theirs.performLivepush(["src/version.txt"], []) } }
      : {}),
  };
  const marks = Object.fromEntries(Object.keys(contestants).map((name, i) => [name, "abcdef"[i]]));
  const entry = (name, { key, go }, visible) => ({
    prepare: (i) => writeFile(file("src/version.txt"), version(visible ? i : i + 500, marks[name])),
    run: async (i) => {
      const text = version(visible ? i : i + 500, marks[name]);
      const shown = visible ? outputs[key].shows(text) : undefined;
      await Promise.all([go(text), shown]);
    },
  });
  const all = (visible) =>
    Object.fromEntries(Object.entries(contestants).map(([name, one]) => [name, entry(name, one, visible)]));
  await compare("One 4-byte file, push done", all(false), { goal: "within 3x of the bare exec" });
  await compare("One 4-byte file, until the process (every 20 ms) printed it", all(true));
  for (const output of Object.values(outputs)) output.close();
  await shell.close();
}

async function withRestart() {
  const [bare, ours, theirId] = [await start(), await start(), older ? await start() : ""];
  const push = await session(ours);
  sessions.push(push);
  const theirs = older && (await olderSession(theirId, false));
  const edit = (i) => writeFile(file("src/version.txt"), version(i, "r"));
  await compare(
    "One file, with restart",
    {
      "restart alone": {
        run: () =>
          engine.docker
            .getContainer(bare)
            .restart({ t: 0 })
            .then(() => undefined),
      },
      slipway: { prepare: edit, run: () => push.performLivepush(["src/version.txt"]).then(() => undefined) },
      ...(theirs
        ? { "livepush 3.5.4": { prepare: edit, run: () => theirs.performLivepush(["src/version.txt"], []) } }
        : {}),
    },
    { goal: "within 1.1x of the restart" },
  );
}

async function manyFiles() {
  // All write into one folder of one container: how long making a file takes depends much on where on the disk its folder is.
  const id = await start();
  const push = await session(id, { skipContainerRestart: true });
  sessions.push(push);
  const theirs = older && (await olderSession(id, true));
  const names = Array.from({ length: 1_000 }, (_, i) => `src/many/f${i}`);
  const edit = async (i) => {
    const content = String(i + 1).padEnd(100, "x");
    await Promise.all(names.map((name) => writeFile(file(name), content)));
  };
  const archive = (i) =>
    tarOf(names.map((name) => ({ header: { name, type: "file", size: 100 }, body: String(i + 1).padEnd(100, "x") })));
  await compare(
    "1,000 files of 100 B",
    {
      // The same files are written before it as before the others: what waits to get onto the disk is a load on each.
      "one putArchive": {
        prepare: edit,
        run: async (i) => putArchive(engine, id, await archive(i), { path: "/usr/src/app" }),
      },
      slipway: { prepare: edit, run: () => push.performLivepush(names).then(() => undefined) },
      "docker cp": {
        prepare: edit,
        run: () => run("docker", ["cp", `${file("src/many")}/.`, `${id}:/usr/src/app/src/many/`]).then(() => undefined),
      },
      ...(theirs ? { "livepush 3.5.4": { prepare: edit, run: () => theirs.performLivepush(names, []) } } : {}),
    },
    { times: Math.min(runs, 7), goal: "no slower than one putArchive" },
  );
}

async function deletions() {
  const [bare, ours] = [await start(), await start()];
  const push = await session(ours, { skipContainerRestart: true });
  sessions.push(push);
  const names = Array.from({ length: 100 }, (_, i) => `src/many/g${i}`);
  const fill = async () => {
    await Promise.all(names.map((name) => writeFile(file(name), "x")));
    await push.performLivepush(names);
    await execute(engine, bare, { cmd: ["sh", "-c", `cd /usr/src/app; mkdir -p src/many; touch ${names.join(" ")}`] });
  };
  await compare(
    "100 deletions",
    {
      "one exec": {
        prepare: fill,
        run: () =>
          execute(engine, bare, { cmd: ["sh", "-c", `cd /usr/src/app; rm ${names.join(" ")}`] }).then(() => undefined),
      },
      slipway: {
        prepare: async () => {
          await fill();
          await Promise.all(names.map((name) => rm(file(name))));
        },
        run: () => push.performLivepush([], names).then(() => undefined),
      },
    },
    { times: Math.min(runs, 7), goal: "within 2x of one exec" },
  );
}

async function command() {
  const [bare, ours, theirId] = [await start(), await start(), older ? await start() : ""];
  const push = await session(ours);
  sessions.push(push);
  const theirs = older && (await olderSession(theirId, false));
  const edit = (i) => writeFile(file("package.json"), `{"v":${i}}`);
  const pack = async () => tarOf([{ header: { name: "package.json", type: "file", size: 2 }, body: "{}" }]);
  await compare(
    "package.json and its RUN (0.2 s), with restart",
    {
      "the bare calls": {
        run: async () => {
          await putArchive(engine, bare, await pack(), { path: "/usr/src/app" });
          await execute(engine, bare, {
            cmd: ["sh", "-c", "sleep 0.2 && cp package.json installed.json"],
            workdir: "/usr/src/app",
          });
          await engine.docker.getContainer(bare).restart({ t: 0 });
        },
      },
      slipway: { prepare: edit, run: () => push.performLivepush(["package.json"]).then(() => undefined) },
      ...(theirs
        ? { "livepush 3.5.4": { prepare: edit, run: () => theirs.performLivepush(["package.json"], []) } }
        : {}),
    },
    { times: Math.min(runs, 9), goal: "within 1.1x of the bare calls" },
  );
}

async function firstPush() {
  const id = await start();
  const theirId = older ? await start() : "";
  const edit = (i) => writeFile(file("src/version.txt"), version(i, "p"));
  await compare(
    "The first push after init, init included",
    {
      slipway: {
        prepare: () => edit(1),
        run: async (i) => {
          const started = performance.now();
          const push = await session(id, { skipContainerRestart: true });
          await edit(i);
          await push.performLivepush(["src/version.txt"]);
          const took = performance.now() - started;
          await push.cleanupIntermediateContainers();
          return took;
        },
      },
      ...(older
        ? {
            "livepush 3.5.4": {
              run: async (i) => {
                const theirs = await olderSession(theirId, true);
                await edit(i);
                await theirs.performLivepush(["src/version.txt"], []);
              },
            },
          }
        : {}),
    },
    { times: Math.min(runs, 9) },
  );
}

async function overSsh() {
  if (process.argv[2]) return elsewhere({ host: process.argv[2] });
  const source = new URL("../packages/testing/src/ssh-server.ts", import.meta.url);
  const { startSshServer } = await importSource(fileURLToPath(source));
  const server = await startSshServer();
  try {
    await elsewhere(server);
  } finally {
    await server.remove();
  }
}

async function elsewhere({ host, environment }) {
  const far = await connect(environment ? { host, environment } : { host });
  try {
    const id = await start(far);
    const push = await session(id, { docker: far, skipContainerRestart: true });
    sessions.push(push);
    const shell = await openShell(far, id);
    await compare(
      `One file over ${host}`,
      {
        "bare long-lived exec": { run: (i) => shell.run(`printf ${version(i, "x")} > /tmp/x`).then(() => undefined) },
        slipway: {
          prepare: (i) => writeFile(file("src/version.txt"), version(i, "s")),
          run: () => push.performLivepush(["src/version.txt"]).then(() => undefined),
        },
        "putArchive alone": {
          run: async (i) => putArchive(far, id, await oneFile(version(i, "t")), { path: "/usr/src/app" }),
        },
      },
      { goal: "within 3x of the bare exec" },
    );
    await shell.close();
  } finally {
    await clear();
    far.close();
  }
}
