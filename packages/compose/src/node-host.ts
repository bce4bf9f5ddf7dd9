import { readdir, readFile } from "node:fs/promises";
import type { ComposeHost } from "./compose-host.ts";

/** Reads files of this machine. */
export function nodeHost(): ComposeHost {
  return { readFile: readIfPresent, list: (directory) => readdir(directory) };
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw error;
  }
}
