import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { composeFileNames } from "./compose-file-names.ts";

/**
 * The compose file of a folder and, after it, the override file beside it, both with the folder's path before them.
 * Empty if the folder has none or doesn't exist.
 */
export async function findComposeFiles(directory: string): Promise<string[]> {
  return composeFileNames(await namesIn(directory)).map((name) => join(directory, name));
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
