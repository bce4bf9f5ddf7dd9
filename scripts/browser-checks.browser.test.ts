import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";
import { findBrowser } from "./browser.mjs";

// Packages that say they run in a browser have a test/browser-check.ts, which does their work and returns what came out.
// It is bundled, run in a real browser, and must return what it returns here. Its `gzipLimit` is for the whole package.

const packages = path.join(import.meta.dirname, "..", "packages");
const checks = readdirSync(packages)
  .map((name) => ({ name, file: path.join(packages, name, "test", "browser-check.ts") }))
  .filter(({ file }) => existsSync(file));

test.each(checks)("$name does in a browser what it does here", async ({ file }) => {
  const { check } = (await import(file)) as { check: () => unknown };
  expect(await runInBrowser(file)).toEqual(JSON.parse(JSON.stringify(await check())));
});

test.each(checks)("$name is no bigger than it says", async ({ name, file }) => {
  const { gzipLimit } = (await import(file)) as { gzipLimit: number };
  const code = await bundle(path.join(packages, name, "src", "index.ts"), true);
  expect(gzipSync(code).length).toBeLessThan(gzipLimit);
});

async function bundle(input: string, minify: boolean): Promise<string> {
  const build = await rolldown({
    input,
    platform: "browser",
    resolve: { conditionNames: ["@slipway/source", "import", "default"] },
    logLevel: "warn",
  });
  const { output } = await build.generate({ format: "iife", name: "bundled", minify });
  await build.close();
  return output[0].code;
}

async function runInBrowser(file: string): Promise<unknown> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-browser-"));
  try {
    const code = await bundle(file, false);
    const script = code.replaceAll("</script", "<\\/script");
    const page = path.join(folder, "page.html");
    await writeFile(
      page,
      `<!doctype html><meta charset="utf-8"><pre id="result"></pre><script>${script}</script>${runner}`,
    );
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"];
    const browser = findBrowser();
    if (!browser) throw new Error("no browser; `node scripts/test.mjs` installs one");
    const args = [...flags, `--user-data-dir=${folder}/profile`, "--virtual-time-budget=20000", `file://${page}`];
    const { stdout } = await promisify(execFile)(browser, args, { maxBuffer: 64 << 20, timeout: 60_000 });
    const encoded = /<pre id="result">([^<]*)<\/pre>/.exec(stdout)?.[1];
    if (!encoded) throw new Error(`the browser shows no result:\n${stdout.slice(-2000)}`);
    const { result, error } = JSON.parse(Buffer.from(encoded, "base64").toString("utf8")) as Outcome;
    if (error !== undefined) throw new Error(`in the browser: ${error}`);
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Outcome {
  readonly result?: unknown;
  readonly error?: string;
}

const runner = `<script>
const show = (outcome) => {
  const bytes = new TextEncoder().encode(JSON.stringify(outcome));
  document.getElementById("result").textContent = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
};
(async () => bundled.check())().then((result) => show({ result }), (error) => show({ error: String(error.stack) }));
</script>`;
