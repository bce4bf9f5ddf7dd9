import { foldersAbove } from "./container-path.ts";
import type { DeleteItem } from "./push-plan.ts";
import { shellQuote } from "./shell-quote.ts";
import type { FileToPut } from "./updater.ts";

/** How many paths a command gets at a time. */
const pathsAtOnce = 200;

/** Removes paths, in order; what is not there is no error, and a folder that still holds something stays. */
export function removeScript(items: readonly DeleteItem[]): string {
  const lines: string[] = [];
  for (let from = 0, to = 0; from < items.length; from = to) {
    const { kind } = items[from] as DeleteItem;
    while (to < items.length && to - from < pathsAtOnce && items[to]?.kind === kind) to++;
    const words = items.slice(from, to).map(({ path }) => shellQuote(path));
    if (kind === "folder") lines.push(`rmdir ${words.join(" ")} 2>/dev/null`);
    else {
      // What became a folder meanwhile stays, and what lies below a file now is gone: either makes a rm of all of them fail.
      const [remove, is] = kind === "tree" ? ["rm -rf", '[ -e "$f" ]'] : ["rm -f", '{ [ -e "$f" ] && [ ! -d "$f" ]; }'];
      const each = `for f in ${words.join(" ")}; do if [ -L "$f" ] || ${is}; then ${remove} "$f" || exit; fi; done`;
      lines.push(words.length === 1 ? each : `${remove} ${words.join(" ")} 2>/dev/null || ${each}`);
    }
  }
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

/** Where things wait while a mount has their place. */
const aside = "/.slipway-aside";

/**
 * Moves what is at these places out of the way, and makes the folders above them. Each place is noted before it is
 * touched, so that putBackScript finds its way from wherever this was cut off.
 */
export function setAsideScript(paths: readonly string[]): string {
  const lines = paths.map((path, index) => {
    const at = `${aside}/${String(index).padStart(4, "0")}`;
    const word = shellQuote(path);
    const missing = foldersAbove(path).toReversed();
    return [
      `mkdir -p ${at} || exit`,
      // The folders above that are made for the mount go with it.
      `for d in ${missing.map((folder) => shellQuote(folder)).join(" ")}; do [ -d "$d" ] || printf '%s\\n' "$d" >> ${at}/folders; done`,
      `if [ -e ${word} ] || [ -L ${word} ]; then touch ${at}/had || exit; fi`,
      `printf '%s' ${word} > ${at}/path.new && mv ${at}/path.new ${at}/path || exit`,
      `if [ -f ${at}/had ]; then cp -a ${word} ${at}/part && mv ${at}/part ${at}/was && rm -rf ${word} || exit; fi`,
      `mkdir -p "$(dirname ${word})" || exit`,
    ].join("\n");
  });
  return [putBackScript, "umask 022", ...lines].join("\n");
}

/** Undoes setAsideScript, the last place first. */
export const putBackScript: string = `if [ -d ${aside} ]; then
for at in $(ls -r ${aside}); do at=${aside}/$at
if [ -f "$at/path" ]; then p=$(cat "$at/path"; printf x); p=\${p%x}
if [ -e "$at/was" ] || [ -L "$at/was" ]; then rm -rf "$p" && mv "$at/was" "$p" || exit
elif [ ! -f "$at/had" ]; then rm -rf "$p" || exit; fi
if [ -f "$at/folders" ]; then while IFS= read -r d; do rmdir "$d" 2>/dev/null; done < "$at/folders"; fi
fi
rm -rf "$at" || exit
done
rmdir ${aside}
fi`;

/** Prints what each path is that it reads from stdin, NUL-separated: `D path`, `L path<tab>target`, or `sha256  path`. */
export const identifyScript: string = `command -v sha256sum >/dev/null || exit
xargs -0 sh -c 'for f; do
if [ -L "$f" ]; then printf "L %s\\t%s\\n" "$f" "$(readlink "$f")"
elif [ -d "$f" ]; then printf "D %s\\n" "$f"
elif [ -f "$f" ]; then set -- "$@" "$f"; fi
shift
done
[ $# = 0 ] || sha256sum -- "$@"' sh`;

function makeFolder(path: string, mode: string, owner: string): string {
  const word = shellQuote(path);
  const chown = owner === "0:0" ? "" : ` && chown ${owner} ${word}`;
  return `[ -d ${word} ] || { mkdir ${word} && chmod ${mode} ${word}${chown}; } || exit`;
}
