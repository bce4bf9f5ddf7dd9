import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** The names that a compose file has, in the order in which they are looked for. */
const composeNames = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/**
 * The compose file of a folder and, after it, the override file beside it (`compose.override.yaml` and the like), both
 * with the folder's path before them. Empty if the folder has none or doesn't exist.
 */
export async function findComposeFiles(directory: string): Promise<string[]> {
  const present = new Set(await readdir(directory).catch(() => []));
  const main = composeNames.find((name) => present.has(name));
  if (main === undefined) return [];
  const override = composeNames
    .map((name) => name.replace(/\.(ya?ml)$/, ".override.$1"))
    .find((name) => present.has(name));
  return [main, override].flatMap((name) => (name === undefined ? [] : join(directory, name)));
}
