import { readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import type { ComposeHost } from "./compose-host.ts";

/** The machine's own files. */
export function nodeHost(): ComposeHost {
  return {
    readFile: async (file) => {
      try {
        return await readFile(file, "utf8");
      } catch (error) {
        if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
        throw error;
      }
    },
  };
}

/** The compose files of a folder under the names that are looked for: one, and an override beside it. Absolute paths. */
export function findComposeFiles(directory: string): Promise<string[]> {
  const there = (name: string): boolean => existsSync(path.join(directory, name));
  const main = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"].find(there);
  if (!main) return Promise.resolve([]);
  const overrides = ["compose.override", "docker-compose.override"].flatMap((stem) => [`${stem}.yml`, `${stem}.yaml`]);
  const override = overrides.find(there);
  return Promise.resolve([main, ...(override ? [override] : [])].map((name) => path.join(directory, name)));
}
