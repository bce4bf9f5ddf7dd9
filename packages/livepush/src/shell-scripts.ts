import { foldersAbove } from "./container-path.ts";
import type { DeleteItem } from "./push-plan.ts";
import { shellQuote } from "./shell-quote.ts";
import type { FileToPut } from "./updater.ts";

/** Removes paths, in order; what is not there is no error, and a folder that still holds something stays. */
export function removeScript(items: readonly DeleteItem[]): string {
  const lines = items.map(({ path, kind }) => {
    const word = shellQuote(path);
    if (kind === "tree") return `rm -rf ${word} || exit`;
    if (kind === "folder") return `[ -L ${word} ] || rmdir ${word} 2>/dev/null`;
    return `[ -d ${word} ] && [ ! -L ${word} ] || rm -f ${word} || exit`;
  });
  return [...lines, "true"].join("\n");
}

/**
 * Makes the folders that must be there before an archive with these files is unpacked: those above them, and those that
 * keep what they are if they exist. As COPY makes them: 0755, of the owner of what is copied.
 */
export function foldersScript(files: readonly FileToPut[]): string {
  const listed = new Set(files.flatMap(({ type, name }) => (type === "directory" ? [name] : [])));
  const made = new Map<string, string>();
  for (const { name, type, uid, gid, mode, keepExisting } of files) {
    const owner = `${uid ?? 0}:${gid ?? 0}`;
    for (const folder of foldersAbove(name)) {
      if (!listed.has(folder) && !made.has(folder)) made.set(folder, makeFolder(folder, "755", owner));
    }
    if (type === "directory" && keepExisting) made.set(name, makeFolder(name, (mode ?? 0o755).toString(8), owner));
  }
  return [...made.values()].join("\n");
}

/** Owners of links, which busybox's tar leaves out. */
export function linkOwnersScript(files: readonly FileToPut[]): string {
  const lines = files.flatMap(({ type, name, uid = 0, gid = 0 }) =>
    type === "symlink" && (uid !== 0 || gid !== 0) ? [`chown -h ${uid}:${gid} ${shellQuote(name)} || exit`] : [],
  );
  return [...lines, "true"].join("\n");
}

/** The files that an archive holds, beside what foldersScript makes. */
export function archived(file: FileToPut): boolean {
  return !(file.type === "directory" && file.keepExisting);
}

/** Prints the time of the last change, of content or attributes, of each path that it reads from stdin, NUL-separated. */
export const changeTimesScript = `xargs -0 stat -c '%Z %n' -- 2>/dev/null; true`;

function makeFolder(path: string, mode: string, owner: string): string {
  const word = shellQuote(path);
  const chown = owner === "0:0" ? "" : ` && chown ${owner} ${word}`;
  return `[ -d ${word} ] || { mkdir ${word} && chmod ${mode} ${word}${chown}; } || exit`;
}
