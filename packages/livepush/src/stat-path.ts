import { posix } from "node:path";
import { type Engine, engineError } from "@slipway/transport";

/** What a path of a container is. */
export type PathKind = "file" | "folder" | "symlink";

const folderBit = 2 ** 31;
const symlinkBit = 2 ** 27;

/** What is at a path of a container, links not followed; undefined if there is nothing. Works on a stopped container. */
export async function statPath(
  engine: Engine,
  containerId: string,
  path: string,
): Promise<{ kind: PathKind; linkname: string } | undefined> {
  try {
    const response = (await engine.docker.getContainer(containerId).infoArchive({ path })) as unknown as {
      headers: Record<string, string | undefined>;
      resume?(): void;
    };
    response.resume?.();
    const header = response.headers["x-docker-container-path-stat"] ?? "";
    const { mode, linkTarget } = JSON.parse(Buffer.from(header, "base64").toString()) as {
      /** Go's FileMode. */
      mode: number;
      linkTarget: string;
    };
    if (mode >= folderBit) return { kind: "folder", linkname: "" };
    if (Math.floor(mode / symlinkBit) % 2 === 1) return { kind: "symlink", linkname: linkTarget };
    return { kind: "file", linkname: "" };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404 && (await exists(engine, containerId))) return undefined;
    throw engineError(error, `looking at ${path} in container ${containerId}`);
  }
}

/** Whether a path of a container is a folder, or a link to one. */
export async function isFolder(engine: Engine, containerId: string, path: string): Promise<boolean> {
  let at = path;
  for (let hops = 0; hops < 40; hops++) {
    const found = await statPath(engine, containerId, at);
    if (found?.kind !== "symlink") return found?.kind === "folder";
    at = posix.resolve(posix.dirname(at), found.linkname);
  }
  return false;
}

async function exists(engine: Engine, containerId: string): Promise<boolean> {
  return engine.docker
    .getContainer(containerId)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}
