import { posix } from "node:path";
import { ContextError } from "./context-error.ts";

/**
 * A path of an archive in its one form: no `.` parts, no doubled or closing slashes; the root is ``.
 * @throws ContextError CONTEXT_BAD_PATH for a path that leaves the context
 */
export function normalizePath(path: string): string {
  const normal = posix.normalize(path.replace(/^(?:\.?\/)+/, ""));
  if (normal === ".." || normal.startsWith("../") || path.includes("\0")) {
    throw new ContextError("CONTEXT_BAD_PATH", `the entry \`${path}\` lies outside the context`, {
      hint: "an archive may hold only paths below its root",
    });
  }
  return normal === "." ? "" : normal.replace(/\/+$/, "");
}

/** Whether the folder `context` holds `entry`; a folder holds itself. */
export function contains(context: string, entry: string): boolean {
  return relativeTo(context, entry) !== undefined;
}

/** `entry` as seen from the folder `context`, `` for the folder itself; undefined where it lies elsewhere. */
export function relativeTo(context: string, entry: string): string | undefined {
  const folder = normalizePath(context);
  const path = normalizePath(entry);
  if (folder === "") return path;
  if (path === folder) return "";
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}
