import { lstat, readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { directoryEntries, ignoreNothing, packDirectory, packEntries, walk } from "@slipway/context";
import { ResolveError } from "@slipway/resolve";
import { withoutMetadata } from "./directory-metadata.ts";
import { bundleIgnore, madeDockerfile, type TaskFiles } from "./task-files.ts";

/** Enough for a message. */
const namesAtMost = 1000;

/**
 * A context that is a folder, read anew each time that it is opened.
 *
 * @param project the project's folder, whose metadata is part of no context
 */
export function directoryFiles(directory: string, project: string, signal: AbortSignal | undefined): TaskFiles {
  const files: TaskFiles = {
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
    open: (dockerfile) => {
      async function* entries(): ReturnType<typeof directoryEntries> {
        const ignore = withoutMetadata(await bundleIgnore(files, dockerfile.path, directory), directory, project);
        for await (const entry of directoryEntries(directory, { ignore, signal })) {
          if (!dockerfile.changed || entry.header.name !== dockerfile.dockerfilePath) yield entry;
        }
        yield* madeDockerfile(dockerfile);
      }
      return packEntries(entries());
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
