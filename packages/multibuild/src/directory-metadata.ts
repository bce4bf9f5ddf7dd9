import { readFile } from "node:fs/promises";
import path from "node:path";
import { type Ignore, walk } from "@slipway/context";
import type { BuildMetadata } from "./build-metadata.ts";
import { emulatorName, isMetadata, metadataFolders } from "./metadata-folder.ts";
import { MultibuildError } from "./multibuild-error.ts";
import { readBuildMetadata } from "./read-build-metadata.ts";

/** Metadata is small; more is a mistake, and would only fill the memory. */
const sizeAtMost = 16 * 1024 * 1024;

/**
 * Reads the metadata of a project that is a folder, and says whether it has any.
 *
 * @throws {MultibuildError} `MULTIBUILD_BAD_METADATA`
 */
export async function directoryMetadata(
  directory: string,
  signal?: AbortSignal,
): Promise<{ readonly metadata: BuildMetadata; readonly found: boolean }> {
  const files = new Map<string, Buffer>();
  for await (const { path: name, type, size } of walk(directory, { ignore: onlyMetadata, signal })) {
    if (type !== "file" || !isMetadata(name)) continue;
    if (size > sizeAtMost) {
      throw new MultibuildError("MULTIBUILD_BAD_METADATA", `${name} has ${size} bytes, and metadata has few`, {
        hint: "take it out of the folder",
      });
    }
    files.set(name, await readFile(path.join(directory, name)));
  }
  return { metadata: readBuildMetadata(files), found: files.size > 0 };
}

const onlyMetadata: Ignore = {
  ignores: (name) => !isMetadata(name),
  mayContainIncluded: () => false,
};

/** Whether a context holds the project's folder, and thus its metadata. */
export function hidesMetadata(context: string, project: string): boolean {
  const within = path.relative(context, project);
  return within !== ".." && !within.startsWith(`..${path.sep}`) && !path.isAbsolute(within);
}

/** Rules that leave the project's metadata out of a context, besides what they leave out anyway. */
export function withoutMetadata(ignore: Ignore, context: string, project: string): Ignore {
  if (!hidesMetadata(context, project)) return ignore;
  const within = path.relative(context, project);
  const prefix = within === "" ? "" : `${within.replaceAll(path.sep, "/")}/`;
  const inProject = (name: string): string => (name.startsWith(prefix) ? name.slice(prefix.length) : "");
  return {
    ignores: (name) => isMetadata(inProject(name)) || ignore.ignores(name),
    mayContainIncluded: (name) => {
      if (metadataFolders.includes(inProject(name))) return !ignore.ignores(`${name}/${emulatorName}`);
      return !isMetadata(inProject(name)) && ignore.mayContainIncluded(name);
    },
  };
}
