/** The folders that a path of a context lies in, outermost first: `a` and `a/b` of `a/b/c`. */
export function foldersAbove(file: string): string[] {
  const parts = file.split("/");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("/"));
}
