/** A working folder joined to the one before. It stays relative where only the base image knows what it is relative to. */
export function joinPath(base: string, path: string): string {
  const full = path.startsWith("/") ? path : `${base}/${path}`;
  const isKnown = path.startsWith("/") || base.startsWith("/");
  const parts: string[] = [];
  for (const part of full.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !isKnown) parts.push(part);
  }
  return (isKnown ? "/" : "") + parts.join("/");
}

/** A destination of COPY or ADD; the slash at its end, which says that it is a folder, stays. */
export function joinDestination(workdir: string, destination: string): string {
  const path = joinPath(workdir, destination);
  const isFolder = destination.endsWith("/") || destination === "." || destination.endsWith("/.") || destination === "";
  return isFolder && !path.endsWith("/") ? `${path}/` : path;
}
