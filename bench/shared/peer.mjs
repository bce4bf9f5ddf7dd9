// Other people's packages, for comparison only: installed into a cache of the bench's own, never into the workspace.
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "../../scripts/command.mjs";

const cache = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..", "node_modules", ".cache", "bench");

/**
 * Loads a package at a version.
 * @param {string} name
 * @param {string} version
 * @returns {Promise<any>}
 */
export async function peer(name, version) {
  const folder = peerFolder(name, version);
  const manifest = path.join(folder, "package.json");
  if (!existsSync(path.join(folder, "node_modules", name))) {
    await mkdir(folder, { recursive: true });
    await writeFile(manifest, JSON.stringify({ private: true }));
    // Without scripts: nothing that is only measured gets to run anything of its own on install.
    const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", `${name}@${version}`];
    await command("npm", args, { cwd: folder });
  }
  return createRequire(manifest)(name);
}

/**
 * Where a package that was loaded is.
 * @param {string} name
 * @param {string} version
 */
export function peerFolder(name, version) {
  return path.join(cache, `${name.replaceAll("/", "+")}@${version}`);
}
