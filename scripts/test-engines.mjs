// npm run test:engines: engine tests of transport and build on other engines than the machine's own; the table is docs/engines.md.
//   Docker of Debian's next release (unpacked below ~/.cache, not installed), and podman (installed if it is missing).
// Both need root and Debian. Each engine runs in namespaces of its own and is gone afterwards.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { command } from "./command.mjs";
import { install, unpack } from "./debian.mjs";
import { heading, runMain, SetupError, step } from "./say.mjs";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const tests = [
  ...["exec", "hijack"].map((name) => `packages/transport/src/${name}.engine.test.ts`),
  ...["build", "build-options", "build-stage-images", "builder", "outside-dockerfile"].map(
    (name) => `packages/build/src/${name}.engine.test.ts`,
  ),
];
/** What only BuildKit does is not asked of an engine that has none. */
const withoutBuildkit = "^(?!.*(?:buildkit|BuildKit|version 2|here-documents|into the image))";
const upWithinMs = 60_000;
const isolated = ["--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"];

/** @typedef {{ name: string, results: Map<string, boolean> }} Column */

await runMain(async () => {
  /** @type {Column[]} */
  const columns = [await testOn("the machine's own", undefined)];
  for (const start of [newerDocker, podman]) {
    const folder = await mkdtemp(path.join(tmpdir(), "slipway-engines-"));
    const socket = path.join(folder, "engine.sock");
    const child = spawn("unshare", [...isolated, "sh", "-c", await start(folder, socket)], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("close", resolve));
    try {
      await untilUp(socket, child);
      await copyBaseImage(socket);
      columns.push(await testOn(start.name, `unix://${socket}`));
    } finally {
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
  }
  const text = table(columns);
  console.log(`\n${text}`);
  await writeFile(path.join(root, "docs/engines.md"), text);
});

/**
 * @param {string} folder
 * @param {string} socket
 */
async function newerDocker(folder, socket) {
  const unpacked = path.join(homedir(), ".cache/slipway-engines/trixie");
  if (!existsSync(path.join(unpacked, "usr/sbin/dockerd"))) {
    step("unpacking the Docker of Debian trixie");
    await unpack("trixie", unpacked, ["docker.io", "containerd"]);
  }
  return [
    "busybox ip link set lo up",
    `PATH=${unpacked}/usr/bin:${unpacked}/usr/sbin:$PATH:/usr/sbin:/sbin`,
    `exec dockerd --data-root=${folder}/data --exec-root=${folder}/exec --pidfile=${folder}/pid --host=unix://${socket}`,
  ].join("\n");
}

/**
 * @param {string} folder
 * @param {string} socket
 */
async function podman(folder, socket) {
  if (!existsSync("/usr/bin/podman")) {
    await install(["podman", "runc"], "podman is one of the engines");
  }
  const store = `--root ${folder}/data --runroot ${folder}/run --cgroup-manager cgroupfs --events-backend file --runtime runc`;
  return `busybox ip link set lo up\nexec podman ${store} system service --time 0 unix://${socket}`;
}

/**
 * @param {string} socket
 * @param {import("node:child_process").ChildProcess} child
 */
async function untilUp(socket, child) {
  const { locateEngine } = await import("@slipway/transport");
  const since = performance.now();
  while (!(await locateEngine({ host: `unix://${socket}` }).catch(() => undefined))) {
    if (child.exitCode !== null || performance.now() - since > upWithinMs) {
      throw new SetupError(`the engine at ${socket} does not come up`);
    }
    await delay(200);
  }
}

/** @param {string} socket */
async function copyBaseImage(socket) {
  const { connect, inspectImage, loadImages, saveImages, tagImage } = await import("@slipway/transport");
  const [from, to] = [await connect(), await connect({ host: `unix://${socket}` })];
  const name = "slipway-base/busybox:1";
  const [loaded = name] = await loadImages(to, await saveImages(from, [name]));
  if (!(await inspectImage(to, name))) await tagImage(to, loaded, name);
  from.close();
  to.close();
}

/**
 * @param {string} kind
 * @param {string | undefined} host
 * @returns {Promise<Column>}
 */
async function testOn(kind, host) {
  const env = { ...process.env, ...(host ? { DOCKER_HOST: host } : {}) };
  const { connect, describeEngine } = await import("@slipway/transport");
  const engine = await connect(host ? { host } : {});
  const { kind: family, version, apiVersion, buildkit } = await describeEngine(engine);
  engine.close();
  heading(`${kind}: ${family} ${version}`);
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-engines-"));
  const report = path.join(folder, "report.json");

  const args = ["--no-install", "vitest", "run", "--project", "engine", "--reporter=json", `--outputFile=${report}`];
  const chosen = buildkit ? [] : ["-t", withoutBuildkit];
  await command("npx", [...args, ...chosen, ...tests], { cwd: root, env }).catch(() => undefined);
  const { testResults } = JSON.parse(await readFile(report, "utf8"));
  await rm(folder, { recursive: true });
  /** @type {Map<string, boolean>} */
  const results = new Map();
  for (const { assertionResults } of testResults) {
    for (const { ancestorTitles, title, status } of assertionResults) {
      if (status === "passed" || status === "failed")
        results.set([...ancestorTitles, title].join(": "), status === "passed");
    }
  }
  const passed = [...results.values()].filter(Boolean).length;
  step(`${passed} of ${results.size} passed`);
  return { name: `${family} ${version} (API ${apiVersion})`, results };
}

/** @param {Column[]} columns */
function table(columns) {
  const titles = [...new Set(columns.flatMap(({ results }) => [...results.keys()]))];
  /** @param {boolean | undefined} passed */
  const mark = (passed) => (passed === undefined ? "–" : passed ? "yes" : "no");
  const rows = titles.map((title) => [title, ...columns.map(({ results }) => mark(results.get(title)))]);
  const lines = [["", ...columns.map(({ name }) => name)], ["---", ...columns.map(() => "---")], ...rows];
  return [
    "# Engines",
    "",
    "What the tests of transport and build say on other engines than the one of CI; made by `npm run test:engines`. `–`: not",
    "run there, as it needs BuildKit.",
    "",
    ...lines.map((cells) => `| ${cells.join(" | ")} |`),
    "",
    "What is different on podman, and what becomes of it:",
    "",
    '- It has no BuildKit: builds use the classic builder and say so in their first event; `builder: "buildkit"` is',
    "  `BUILD_NEEDS_BUILDKIT` before the build, and a session by itself is `TRANSPORT_REFUSED`.",
    "- The names of stages are told apart by capitals, and a step's stderr is not told from its stdout.",
    "- A Dockerfile's line that it cannot parse is not named, and a damaged archive is refused as a request, with",
    "  `TRANSPORT_REFUSED`. `Builder`'s text is its own: `STEP 1/3:`, `-->`.",
    "- An exec that cannot start is told of in its own output, which is not taken for the command's.",
    "- A folder that isn't there would be made by a copy into it; it is asked for first, and is `TRANSPORT_NOT_FOUND`. With a",
    "  Dockerode of one's own, which doesn't know that it is podman, the folder is made.",
    "",
  ].join("\n");
}
