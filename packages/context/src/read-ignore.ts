import { readFile } from "node:fs/promises";
import path from "node:path";
import { type Ignore, ignoreNothing, parseIgnore } from "./ignore.ts";

/**
 * The ignore file of a context: `<dockerfile>.dockerignore` where there is one, else `.dockerignore`. The Dockerfile and
 * the ignore file themselves are never ignored, since the builder needs them.
 * @param dockerfile its path in the context
 */
export async function readIgnore(directory: string, dockerfile = "Dockerfile"): Promise<Ignore> {
  for (const name of [`${dockerfile}.dockerignore`, ".dockerignore"]) {
    const file = path.join(directory, name);
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text !== undefined) return always(parseIgnore(text, { file }), [dockerfile, name]);
  }
  return ignoreNothing;
}

function always(ignore: Ignore, kept: readonly string[]): Ignore {
  return {
    ignores: (path) => !kept.includes(path) && ignore.ignores(path),
    mayContainIncluded: (directory) =>
      ignore.mayContainIncluded(directory) || kept.some((path) => path.startsWith(`${directory}/`)),
  };
}
