import { posix } from "node:path";

/** An absolute path of a container in its one form: no `.` or `..`, no slash at its end; the root is `/`. */
export function cleanPath(path: string): string {
  const normal = posix.normalize(`/${path}`);
  return normal === "/" ? normal : normal.replace(/\/+$/, "");
}

/** Where `relative` lies in the folder `directory` of a container. */
export function joinPath(directory: string, relative: string): string {
  return cleanPath(`${directory}/${relative}`);
}

/** `path` as seen from `directory`, `` for itself; undefined where it lies elsewhere. Both are clean. */
export function pathWithin(directory: string, path: string): string | undefined {
  if (path === directory) return "";
  const prefix = directory === "/" ? "/" : `${directory}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

/** The folders above `path`, the outermost first, without the root. */
export function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.indexOf("/", 1); at > 0; at = path.indexOf("/", at + 1)) folders.push(path.slice(0, at));
  return folders;
}
