import { lstat, readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { directoryEntries, ignoreNothing, packDirectory, walk } from "@slipway/context";
import { ResolveError } from "@slipway/resolve";
import { hidesMetadata, withoutMetadata } from "./directory-metadata.ts";
import { withoutIgnoreFile } from "./entries-source.ts";
import { contextRules, type TaskFiles } from "./task-files.ts";

/** Enough for a message. */
const namesAtMost = 1000;

/**
 * A context that is a folder, read anew each time that it is opened.
 *
 * @param project the project's folder, whose metadata is part of no context
 * @param hasMetadata whether there is such metadata
 */
export function directoryFiles(
  directory: string,
  project: string,
  hasMetadata: boolean,
  signal: AbortSignal | undefined,
): TaskFiles {
  const metadataWithin = hasMetadata && hidesMetadata(directory, project);
  const files: TaskFiles = {
    origin: "folder",
    ...(metadataWithin ? {} : { directory }),
    stream: packDirectory(directory, { ignore: withoutMetadata(ignoreNothing, directory, project), signal }),
    read: (name) => readWithin(directory, name),
    has: async (name) => (await whereThere(lstat(path.join(directory, name)))) !== undefined,
    names: async () => {
      const names: string[] = [];
      for await (const entry of walk(directory, { signal })) {
        if (entry.type !== "directory") names.push(entry.path);
        if (names.length >= namesAtMost) break;
      }
      return names;
    },
    entries: async (dockerfile, instead) => {
      const { ignore } = await contextRules(files, dockerfile, directory);
      return directoryEntries(directory, { ignore: withoutMetadata(ignore, directory, project), instead, signal });
    },
    source: async (dockerfile, instead) => {
      const { own, hidesNeeded } = await contextRules(files, dockerfile, directory);
      if (!hidesNeeded) return undefined;
      // Loaded here, since who only resolves needs no builder.
      const { directorySource } = await import("@slipway/build");
      const text = instead?.body;
      const put = instead && typeof text === "string" ? { path: instead.header.name, text } : undefined;
      return withoutIgnoreFile(
        directorySource(directory, { ignore: withoutMetadata(own, directory, project), instead: put }),
      );
    },
    close: () => {
      files.stream.destroy();
      return Promise.resolve();
    },
  };
  return files;
}

/** A file's text, links followed as long as they stay in the folder, as a builder that only has the folder does. */
async function readWithin(directory: string, name: string): Promise<string | undefined> {
  const found = await whereThere(realpath(path.join(directory, name)));
  if (found === undefined) return undefined;
  const inside = path.relative(await realpath(directory), found);
  if (inside === ".." || inside.startsWith(`..${path.sep}`) || path.isAbsolute(inside)) {
    throw new ResolveError(
      "RESOLVE_BAD_PATH",
      `${path.join(directory, name)} is a link that leads out of the build context`,
      {
        hint: "let it point to a file in the build context",
      },
    );
  }
  return await whereThere(readFile(found, "utf8"));
}

/** Undefined for a path that is not there, or that is a folder. */
async function whereThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw error;
  }
}
