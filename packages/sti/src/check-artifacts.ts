import { posix } from "node:path";
import type { EntryToPack } from "@slipway/context";
import { isSlipwayError } from "@slipway/errors";
import { StiError } from "./sti-error.ts";

/** Where artifacts lie, and what they may be. */
export interface ArtifactRules {
  readonly image: string;
  /** Their folder in the image: `/tmp/artifacts`. */
  readonly folder: string;
  readonly allowOutsideLinks: boolean;
}

/**
 * Saved artifacts as they come, as long as they stay in their folder.
 * @throws StiError STI_BAD_ARTIFACTS
 */
export async function* checkArtifacts(
  entries: AsyncIterable<EntryToPack>,
  rules: ArtifactRules,
): AsyncGenerator<EntryToPack, void, undefined> {
  const links = new Set<string>();
  const files = new Set<string>();
  try {
    for await (const entry of entries) {
      const problem = problemOf(entry, links, files, rules);
      if (problem !== undefined) throw badArtifacts(problem, rules);
      const { name, type } = entry.header;
      if (type === "symlink") links.add(name);
      else links.delete(name);
      if (type === "file" || type === "link") files.add(name);
      yield entry;
    }
  } catch (cause) {
    // What is no archive, or one with such entries.
    if (isSlipwayError(cause) && cause.code.startsWith("CONTEXT_")) throw badArtifacts(cause.message, rules, cause);
    throw cause;
  }
}

function problemOf(
  { header: { name, type, linkname = "" } }: EntryToPack,
  links: ReadonlySet<string>,
  files: ReadonlySet<string>,
  { folder, allowOutsideLinks }: ArtifactRules,
): string | undefined {
  for (let at = name.lastIndexOf("/"); at > 0; at = name.lastIndexOf("/", at - 1)) {
    if (links.has(name.slice(0, at))) return `\`${name}\` lies behind the link \`${name.slice(0, at)}\``;
  }
  if (type === "file" || type === "directory") return undefined;
  if (type === "link")
    return files.has(linkname) ? undefined : `\`${name}\` is a hard link to \`${linkname}\`, which is none of them`;
  if (type !== "symlink") return `\`${name}\` is a ${type.replace("-", " ")}`;
  const target = posix.resolve(folder, posix.dirname(name), linkname);
  const inside = target === folder || target.startsWith(`${folder}/`);
  return inside || allowOutsideLinks ? undefined : `\`${name}\` is a link to \`${linkname}\`, which leads out of them`;
}

/** Artifacts are not what prepare can be given. */
export function badArtifacts(problem: string, { image }: Pick<ArtifactRules, "image">, cause?: unknown): StiError {
  return new StiError("STI_BAD_ARTIFACTS", `the artifacts saved by ${image} are refused: ${problem}`, {
    image,
    ...(cause === undefined ? {} : { cause }),
    hint: problem.includes("leads out")
      ? "build clean, or allow such links with allowOutsideLinks"
      : "build clean, and mend its save-artifacts script",
  });
}
