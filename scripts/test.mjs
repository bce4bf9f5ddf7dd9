// npm test: set-up, then unit tests, then engine tests. Arguments go to vitest.
import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import { heading, runMain, step } from "./say.mjs";
import { setup } from "./setup.mjs";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");

await runMain(async () => {
  await setup({ engine: false });
  const missing = await setUpEngine();
  const projects = missing ? ["unit"] : ["unit", "engine"];
  heading("Tests");
  const code = await vitest(projects.flatMap((name) => ["--project", name]));
  if (missing)
    console.error(
      styleText(["bold", "red"], `\nTHE ENGINE TESTS DID NOT RUN: ${missing.message}`),
      `\n${missing.hint}`,
    );
  return code;
});

/**
 * Without an engine the unit tests can still run; not under CI, and never silently.
 * @returns {Promise<{ message: string, hint?: string } | undefined>} why there is none
 */
async function setUpEngine() {
  try {
    const { ensureEngine } = await import("./engine.mjs");
    const { host, source } = await ensureEngine();
    step(`engine: ${host} (${source})`);
  } catch (error) {
    if (process.env["CI"]) throw error;
    return /** @type {Error} */ (error);
  }
  const { ensureBaseImages } = await import("./base-images.mjs");
  await ensureBaseImages();
  const { ensureTestTools } = await import("./test-tools.mjs");
  await ensureTestTools();
  return undefined;
}

/** @param {string[]} args */
function vitest(args) {
  const child = spawn("npx", ["--no-install", "vitest", "run", ...args, ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}
