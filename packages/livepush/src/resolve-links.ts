import type { ContextView } from "./context-listing.ts";

/** As many links as Linux follows before it calls them a loop. */
const mostLinks = 40;

/**
 * Where a path leads once every symlink on it is followed, as builders do with COPY's sources. Links never lead out of the
 * root. A path whose end does not exist comes back with what could be followed; a loop is undefined.
 */
export function resolveLinks(view: ContextView, path: string): string | undefined {
  return follow(view, path, () => undefined);
}

/** The symlinks that are followed on the way that a path leads. */
export function linksOn(view: ContextView, path: string): Set<string> {
  const links = new Set<string>();
  follow(view, path, (link) => links.add(link));
  return links;
}

function follow(view: ContextView, path: string, onLink: (link: string) => void): string | undefined {
  let left = mostLinks;
  let done: string[] = [];
  const ahead = partsOf(path);
  while (ahead.length > 0) {
    const part = ahead.shift() as string;
    if (part === "..") {
      done.pop();
      continue;
    }
    const file = view.get([...done, part].join("/"));
    if (file?.type !== "symlink" || file.linkname === undefined) {
      done.push(part);
      continue;
    }
    onLink([...done, part].join("/"));
    if (left-- === 0) return undefined;
    if (file.linkname.startsWith("/")) done = [];
    ahead.unshift(...partsOf(file.linkname));
  }
  return done.join("/");
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
