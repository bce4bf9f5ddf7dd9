import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** The names of compose files, and of the files that go over them, in the order in which they are looked for. */
const mainNames = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const overrideNames = [
  "compose.override.yml",
  "compose.override.yaml",
  "docker-compose.override.yml",
  "docker-compose.override.yaml",
];

/**
 * The compose file of a folder and, after it, the override file beside it, both with the folder's path before them.
 * Empty if the folder has none or doesn't exist.
 */
export async function findComposeFiles(directory: string): Promise<string[]> {
  const present = new Set(await namesIn(directory));
  const main = mainNames.find((name) => present.has(name));
  if (main === undefined) return [];
  const override = overrideNames.find((name) => present.has(name));
  return [main, override].flatMap((name) => (name === undefined ? [] : join(directory, name)));
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}
