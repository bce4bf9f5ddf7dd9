// A container engine for machines that have none: npm run engine [-- start|stop|status]
import { spawn } from "node:child_process";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { command } from "./command.mjs";
import { install, isDebian, onPath } from "./debian.mjs";
import { runMain, seconds, SetupError, step } from "./say.mjs";

/** Everything that our own dockerd writes is below this folder; its socket is the usual one, where every tool looks. */
const stateDirectory = "/var/lib/slipway-engine";
const pidFile = path.join(stateDirectory, "dockerd.pid");
const logFile = path.join(stateDirectory, "dockerd.log");
const execRoot = "/var/run/slipway-engine";
const containerdPidFile = path.join(execRoot, "containerd/containerd.pid");
const socket = "/var/run/docker.sock";
/** One with thousands of layers takes more than a minute to look at them. */
const readyWithinMs = 5 * 60_000;
const tellAfterMs = 10_000;

/** The engine that the machine has, or undefined. An engine that was asked for by name and doesn't answer is an error. */
async function findEngine() {
  const { locateEngine } = await import("@slipway/transport");
  try {
    return await locateEngine();
  } catch (error) {
    if (/** @type {{ code?: string }} */ (error).code !== "TRANSPORT_NO_ENGINE") throw error;
    if (process.env["DOCKER_HOST"] || process.env["DOCKER_CONTEXT"]) throw error;
    return undefined;
  }
}

/**
 * Finds an engine or, on Debian and Ubuntu as root, installs and starts one that this script owns. Quick when one runs.
 * @returns {Promise<{ host: string, source: string, started: boolean }>}
 */
export async function ensureEngine() {
  const found = await findEngine();
  if (found) return { host: found.host, source: found.source, started: false };
  await assertCanOwnEngine();
  await installEngine();
  // The package's own service may have come up with the installation.
  const since = performance.now();
  if (!(await ownPid())) await startDaemon();
  await untilReady(since);
  step(`engine started in ${seconds(since)} (stop it with: npm run engine -- stop)`);
  return { host: `unix://${socket}`, source: `started by scripts/engine.mjs, log in ${logFile}`, started: true };
}

async function assertCanOwnEngine() {
  const hint =
    "install Docker Engine, Docker Desktop, colima or podman and start it, or set DOCKER_HOST to an engine elsewhere";
  if (process.platform !== "linux") throw new SetupError(`no container engine answers on this machine`, hint);
  if (!(await isDebian())) {
    throw new SetupError(
      "no container engine answers, and this is neither Debian nor Ubuntu, where one could be installed",
      hint,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new SetupError(
      "no container engine answers, and only root can install one here",
      `run this as root, or ${hint}`,
    );
  }
  const running = await foreignDaemon();
  if (running) {
    throw new SetupError(
      `a dockerd runs already (pid ${running}) but doesn't answer on ${socket}`,
      "set DOCKER_HOST to where it listens, or stop it",
    );
  }
}

async function installEngine() {
  const missing = ["dockerd", "iptables", "containerd", "runc"].filter((name) => !onPath(name));
  if (missing.length === 0) return;
  await install(["docker.io", "iptables", "ca-certificates"], `missing: ${missing.join(", ")}`);
}

async function startDaemon() {
  await mkdir(stateDirectory, { recursive: true, mode: 0o711 });
  // Left by ones that were killed: dockerd would take any process of that number, a dead one too, for one that runs.
  await rm(pidFile, { force: true });
  const containerd = Number(await readFile(containerdPidFile, "utf8").catch(() => ""));
  if (!(await runs(containerd, "containerd"))) await rm(containerdPidFile, { force: true });
  const log = await open(logFile, "w");
  const args = [
    `--data-root=${path.join(stateDirectory, "data")}`,
    `--exec-root=${execRoot}`,
    `--pidfile=${pidFile}`,
    `--host=unix://${socket}`,
  ];
  const PATH = `${process.env["PATH"]}:/usr/sbin:/sbin`;
  const daemon = spawn("dockerd", args, {
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
    env: { ...process.env, PATH },
  });
  await new Promise((resolve, reject) => daemon.once("spawn", resolve).once("error", reject));
  daemon.unref();
  await log.close();
}

/** @param {number} since */
async function untilReady(since) {
  const { locateEngine } = await import("@slipway/transport");
  let told = false;
  for (;;) {
    const ready = await locateEngine({ host: `unix://${socket}` }).catch(() => undefined);
    if (ready) return;
    const gone = performance.now() - since > 2_000 && !(await ownPid());
    if (gone || performance.now() - since > readyWithinMs) {
      const tail = (await readFile(logFile, "utf8").catch(() => "")).trim().split("\n").slice(-10).join("\n");
      const what = gone ? "ended" : `isn't ready after ${readyWithinMs / 60_000} minutes`;
      throw new SetupError(`dockerd ${what}; the end of ${logFile}:\n${tail}`);
    }
    if (!told && performance.now() - since > tellAfterMs) {
      told = true;
      step("dockerd is looking at what it has, which may take minutes");
    }
    await delay(200);
  }
}

/** The pid of the dockerd that this script started, if it still runs. */
async function ownPid() {
  const pid = Number(await readFile(pidFile, "utf8").catch(() => ""));
  return pid && (await runs(pid, "dockerd")) ? pid : undefined;
}

/**
 * Whether a process is that program and runs: one that was killed and not collected yet has a name, but no command line.
 * @param {number} pid
 * @param {string} name
 */
async function runs(pid, name) {
  const [program = ""] = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
  return path.basename(program) === name;
}

async function foreignDaemon() {
  const pids = await command("pgrep", ["-x", "dockerd"]).catch(() => "");
  const own = await ownPid();
  for (const pid of pids.split("\n").map(Number)) {
    if (pid && pid !== own && (await runs(pid, "dockerd"))) return pid;
  }
  return undefined;
}

/** Stops the dockerd that this script started, and no other. */
export async function stopEngine() {
  const pid = await ownPid();
  if (!pid) return false;
  process.kill(pid, "SIGTERM");
  const since = performance.now();
  while (await ownPid()) {
    if (performance.now() - since > readyWithinMs)
      throw new SetupError(`dockerd (pid ${pid}) doesn't end after SIGTERM`);
    await delay(100);
  }
  await rm(pidFile, { force: true });
  return true;
}

async function main() {
  const verb = process.argv[2] ?? "start";
  if (verb === "stop") {
    console.log((await stopEngine()) ? "stopped" : "no engine of ours runs");
  } else if (verb === "status") {
    const found = await findEngine();
    console.log(found ? `${found.host} (${found.source})` : "no engine");
    return found ? 0 : 3;
  } else if (verb === "start") {
    const { host, source } = await ensureEngine();
    console.log(`${host} (${source})`);
  } else {
    console.error(`unknown command \`${verb}\`: expected start, stop or status`);
    return 2;
  }
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runMain(main);
