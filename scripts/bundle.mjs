// Packages that are imported for a small thing in a short-lived process are published as one file: Node takes about half a
// millisecond for each module. Which ones: those whose exports name `./dist/bundle/…`; made from the same path in `./dist`.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { runMain } from "./say.mjs";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const prefix = "./dist/bundle/";

/** Bundles what is compiled. */
export async function bundleAll() {
  for (const name of await readdir(path.join(root, "packages"))) {
    const folder = path.join(root, "packages", name);
    const manifest = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
    const entries = Object.values(manifest.exports ?? {})
      .map((conditions) => /** @type {{ default: string }} */ (conditions).default)
      .filter((file) => file.startsWith(prefix));
    if (entries.length > 0) await bundle(folder, entries);
  }
}

/**
 * @param {string} folder
 * @param {string[]} entries
 */
async function bundle(folder, entries) {
  const input = Object.fromEntries(
    entries.map((file) => {
      const entry = file.slice(prefix.length);
      return [entry.replace(/\.js$/, ""), path.join(folder, "dist", entry)];
    }),
  );
  // Other packages stay imports, so that there is one of each, whoever else uses them.
  const build = await rolldown({ input, external: /^[^./]/, logLevel: "warn" });
  await build.write({ dir: path.join(folder, prefix), format: "esm", sourcemap: true });
  await build.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runMain(bundleAll);
