import { readFile } from "node:fs/promises";
import path from "node:path";
import { ContextError } from "./context-error.ts";
import { type Ignore, ignoreNothing, parseIgnore } from "./ignore.ts";

/**
 * The ignore file of a context: `<dockerfile>.dockerignore` where there is one, else `.dockerignore`. The Dockerfile and
 * the ignore file themselves are never ignored, since the builder needs them.
 *
 * @param dockerfile its path in the context
 * @throws {ContextError} `CONTEXT_BAD_PATTERN`, `CONTEXT_UNREADABLE`
 */
export async function readIgnore(directory: string, dockerfile = "Dockerfile"): Promise<Ignore> {
  for (const name of [`${dockerfile}.dockerignore`, ".dockerignore"]) {
    const file = path.join(directory, name);
    const text = await textOf(file);
    if (text !== undefined) return letThrough(parseIgnore(text, { file }), [dockerfile, name]);
  }
  return ignoreNothing;
}

/** The rules, but for some files that they never leave out. */
export function letThrough(ignore: Ignore, files: readonly string[]): Ignore {
  const kept = files.map((file) => path.posix.normalize(file));
  return {
    ignores: (file) => !kept.includes(file) && ignore.ignores(file),
    mayContainIncluded: (directory) =>
      ignore.mayContainIncluded(directory) || kept.some((file) => file.startsWith(`${directory}/`)),
  };
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw new ContextError("CONTEXT_UNREADABLE", `cannot read ${file}: ${message}`, {
      cause,
      hint: "make it readable",
    });
  }
}
