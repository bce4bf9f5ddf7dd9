// Everything a clean clone needs before anything else runs: packages, compiled code, an engine, base images.
// npm run setup; each part is quick when there is nothing to do.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "./command.mjs";
import { heading, runMain, seconds, step } from "./say.mjs";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");

/** @param {{ engine?: boolean }} [options] `engine: false` leaves the engine and its base images out */
export async function setup({ engine = true } = {}) {
  heading("Set-up");
  await installPackages();
  await compile();
  if (!engine) return;
  const { ensureEngine } = await import("./engine.mjs");
  const { host, source } = await ensureEngine();
  step(`engine: ${host} (${source})`);
  const { ensureBaseImages } = await import("./base-images.mjs");
  await ensureBaseImages();
}

async function installPackages() {
  const since = performance.now();
  const { devDependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  // pnpm comes by npx at the version that the workspace pins, so that nothing but npm is needed beforehand.
  await command("npx", ["-y", `pnpm@${devDependencies.pnpm}`, "install", "--frozen-lockfile"], { cwd: root });
  step(`packages installed (${seconds(since)})`);
}

async function compile() {
  const since = performance.now();
  await command("npx", ["--no-install", "tsc", "-b"], { cwd: root });
  const { bundleAll } = await import("./bundle.mjs");
  await bundleAll();
  step(`compiled (${seconds(since)})`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runMain(() => setup());
