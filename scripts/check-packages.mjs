// Checks every package as it would be published: its tarball's contents, exports and types, in what an importer sees.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "./command.mjs";
import { runMain, step } from "./say.mjs";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");

await runMain(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-pack-"));
  const failures = [];
  try {
    for (const name of await readdir(path.join(root, "packages"))) {
      const cwd = path.join(root, "packages", name);
      if (JSON.parse(await readFile(path.join(cwd, "package.json"), "utf8")).private) continue;
      try {
        await command("npx", ["--no-install", "publint", "--strict"], { cwd });
        const packed = path.join(folder, `${name}.tgz`);
        await command("npx", ["--no-install", "pnpm", "pack", "--out", packed], { cwd });
        await command("npx", ["--no-install", "attw", packed, "--profile", "esm-only"], { cwd });
        step(`${name}: ok`);
      } catch (error) {
        failures.push(name);
        console.error(`${name}: ${/** @type {Error} */ (error).message}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return failures.length === 0 ? 0 : 1;
});
