/** What a script is for. */
export type ScriptRole = "prepare" | "run" | "save-artifacts" | "usage";

/**
 * How a builder's scripts talk: `sti` scripts prepare, run and save-artifacts, which fills a folder; `s2i` has assemble
 * for prepare, and its save-artifacts writes a tar archive to standard output.
 */
export type Layout = "sti" | "s2i";

/** Where scripts were found, as paths in an image. */
export interface Scripts {
  readonly layout: Layout;
  readonly prepare?: string | undefined;
  readonly run?: string | undefined;
  readonly "save-artifacts"?: string | undefined;
  readonly usage?: string | undefined;
}

/** Where scripts are looked for when the builder's label doesn't say. */
export const defaultFolders: readonly string[] = ["/usr/bin", "/usr/libexec/s2i", "/usr/local/s2i"];

/** The names that a role's script may have, the preferred one first. */
export const namesOf: Readonly<Record<ScriptRole, readonly string[]>> = {
  prepare: ["prepare", "assemble"],
  run: ["run"],
  "save-artifacts": ["save-artifacts"],
  usage: ["usage"],
};

const roles: readonly ScriptRole[] = ["prepare", "run", "save-artifacts", "usage"];

/** Where scripts may be: a folder in the image, or one that the source's own scripts are put into. */
export interface ScriptFolder {
  readonly path: string;
  /** The names of the source's own scripts; without it, the image is looked into. */
  readonly uploaded?: readonly string[] | undefined;
}

/**
 * Finds a builder's scripts: for each role, the first folder that has it.
 * @param exists whether there is a script at a path in the image
 */
export async function findScripts(
  folders: readonly ScriptFolder[],
  exists: (path: string) => Promise<boolean>,
): Promise<Scripts> {
  const found: Partial<Record<ScriptRole, string>> = {};
  for (const role of roles) {
    const path = await firstOf(candidates(folders, role), exists);
    if (path !== undefined) found[role] = path;
  }
  return { ...found, layout: found.prepare?.endsWith("/assemble") ? "s2i" : "sti" };
}

/** All paths at which a role's script is looked for, the preferred one first. */
export function placesOf(folders: readonly ScriptFolder[], role: ScriptRole): string[] {
  return candidates(folders, role)
    .filter(({ uploaded }) => !uploaded)
    .map(({ path }) => path);
}

interface Candidate {
  readonly path: string;
  readonly uploaded: boolean;
}

function candidates(folders: readonly ScriptFolder[], role: ScriptRole): Candidate[] {
  return folders.flatMap(({ path, uploaded }) =>
    namesOf[role]
      .filter((name) => uploaded?.includes(name) ?? true)
      .map((name) => ({ path: `${path}/${name}`, uploaded: uploaded !== undefined })),
  );
}

async function firstOf(
  paths: readonly Candidate[],
  exists: (path: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const { path, uploaded } of paths) if (uploaded || (await exists(path))) return path;
  return undefined;
}
