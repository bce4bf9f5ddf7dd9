import { directoryOf, isAbsolutePath } from "./posix-path.ts";

/**
 * What files that a project refers to are called in messages: if the project's first file is known by a relative name,
 * so are those below its folder.
 */
export function displayNames(directory: string, firstFile: string | undefined): (path: string) => string {
  const prefix = `${directory.replace(/\/$/, "")}/`;
  if (directory === "" || firstFile === undefined || isAbsolutePath(firstFile)) return (path) => path;
  const shown = directoryOf(firstFile);
  const start = shown === "." ? "" : `${shown}/`;
  return (path) => (path.startsWith(prefix) ? start + path.slice(prefix.length) : path);
}
