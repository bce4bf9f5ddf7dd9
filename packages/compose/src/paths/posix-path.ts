/** Whether a path starts at a root, be it of POSIX or of a drive. */
export function isAbsolutePath(path: string): boolean {
  return path.startsWith("/") || isDrivePath(path);
}

/** Whether a path is one of Windows, which is let be on every system. */
export function isDrivePath(path: string): boolean {
  return /^[a-zA-Z]:[\\/]/.test(path) || path.startsWith("\\\\");
}

/** The shortest path that means the same: no `.`, no `..` that can be resolved, no double or trailing slashes. */
export function cleanPath(path: string): string {
  if (/^\/?[^/.][^/]*(?:\/[^/.][^/]*)*$/.test(path)) return path;
  const root = path.startsWith("/") ? "/" : "";
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (root === "") parts.push(part);
  }
  return root + parts.join("/") || ".";
}

/** `path` below `directory`, cleaned; an absolute path, or one of Windows, as it is. */
export function resolvePath(directory: string, path: string): string {
  if (isAbsolutePath(path)) return path;
  return directory === "" ? cleanPath(path) : cleanPath(`${directory}/${path}`);
}

/** The folder that holds `path`: `.` for a bare name. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  if (slash < 0) return ".";
  return cleanPath(path.slice(0, slash) || "/");
}

/** The last part of a path. */
export function baseName(path: string): string {
  return (
    path
      .replace(/[\\/]+$/, "")
      .split(/[\\/]/)
      .at(-1) ?? ""
  );
}
