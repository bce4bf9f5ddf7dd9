import { posix } from "node:path";
import { ContextError } from "./context-error.ts";

// An empty part, `.` or `..`: what most paths have none of.
const unclean = /(?:^|\/)\.{0,2}(?:\/|$)/;

/**
 * A relative path in its one form: no `.` or `..` parts, no doubled or closing slashes; the root is empty.
 *
 * @throws {ContextError} `CONTEXT_BAD_PATH` for a path that is absolute, leads out of the context or holds a NUL
 */
export function normalizePath(path: string): string {
  const trimmed = path.endsWith("/") ? path.slice(0, -1) : path;
  if (!unclean.test(trimmed) && !path.includes("\0")) return trimmed;
  const normal = posix.normalize(path);
  if (normal.startsWith("/") || normal === ".." || normal.startsWith("../") || path.includes("\0")) {
    const what = normal.startsWith("/") ? "is absolute" : "leads out of the context";
    throw new ContextError(
      "CONTEXT_BAD_PATH",
      `the path ${JSON.stringify(path)} ${path.includes("\0") ? "holds a NUL" : what}`,
      {
        hint: "a context has paths below its root only, relative to it",
      },
    );
  }
  return normal === "." || normal === "./" ? "" : normal.replace(/\/$/, "");
}

/** Whether the folder `context` holds `entry`; a folder holds itself. */
export function contains(context: string, entry: string): boolean {
  return relativeTo(context, entry) !== undefined;
}

/**
 * `entry` as seen from the folder `context`, empty for the folder itself; undefined where it lies elsewhere. Both are
 * relative to the same root.
 *
 * @throws {ContextError} `CONTEXT_BAD_PATH`
 */
export function relativeTo(context: string, entry: string): string | undefined {
  const folder = normalizePath(context);
  const path = normalizePath(entry);
  if (folder === "") return path;
  if (path === folder) return "";
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}
