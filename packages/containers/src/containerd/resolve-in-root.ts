import { lstat, readlink } from "node:fs/promises";
import path from "node:path";
import { ContainersError } from "../containers-error.ts";

const mostLinks = 40;

/**
 * Where a container's path is below its root, its links followed as the container sees them: an absolute one starts at
 * that root, and none leads out of it. The last part need not be there.
 */
export async function resolveInRoot(root: string, wanted: string): Promise<string> {
  const rest = wanted.split("/");
  const walked: string[] = [];
  let links = 0;
  while (rest.length > 0) {
    const part = rest.shift() ?? "";
    if (part === "" || part === ".") continue;
    if (part === "..") {
      walked.pop();
      continue;
    }
    const place = path.join(root, ...walked, part);
    const found = await lstat(place).catch(() => undefined);
    if (!found?.isSymbolicLink()) {
      walked.push(part);
      continue;
    }
    if (++links > mostLinks) {
      throw new ContainersError("CONTAINERS_CONTAINER_COPY", `${wanted}: its links lead round in a circle`);
    }
    const target = await readlink(place);
    if (target.startsWith("/")) walked.length = 0;
    rest.unshift(...target.split("/"));
  }
  return path.join(root, ...walked);
}
