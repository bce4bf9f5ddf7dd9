import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { CliError } from "./cli-error.ts";

const dockerfile = /^(?:Dockerfile|Containerfile)(?:\..+)?$|\.(?:dockerfile|containerfile)$/i;
const passedOver = new Set(["node_modules", ".git"]);

/**
 * The Dockerfiles that paths name: files as they are, folders by the files in them that are named as Dockerfiles are,
 * folders within included. Relative to `cwd`, each once, in order.
 * @throws CliError for all paths that aren't there, and where there is no Dockerfile at all
 */
export async function findDockerfiles(paths: readonly string[], cwd: string): Promise<string[]> {
  const found = new Set<string>();
  const missing: string[] = [];
  for (const name of paths) {
    const full = path.resolve(cwd, name);
    const info = await stat(full).catch(() => undefined);
    if (!info) missing.push(name);
    else if (!info.isDirectory()) found.add(name);
    else for (const file of await search(full)) found.add(path.relative(cwd, file) || file);
  }
  if (missing.length > 0) {
    throw new CliError("CLI_NOT_A_FILE", `${missing.join(", ")}: not there`, { hint: "name Dockerfiles, or folders" });
  }
  if (found.size === 0) {
    const hint = "looked for Dockerfile, Containerfile, NAME.Dockerfile and the like";
    throw new CliError("CLI_NOT_A_FILE", `no Dockerfile in ${paths.join(", ")}`, { hint });
  }
  return [...found];
}

async function search(folder: string): Promise<string[]> {
  const files: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory() && !passedOver.has(entry.name)) files.push(...(await search(full)));
    else if (entry.isFile() && dockerfile.test(entry.name) && !entry.name.endsWith(".dockerignore")) files.push(full);
  }
  return files;
}
