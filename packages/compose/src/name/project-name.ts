import { interpolate } from "../interpolation/interpolate.ts";
import type { Lookup } from "../interpolation/substitute.ts";
import { fieldOf, type Node, stringOf } from "../parse/node.ts";
import { pathOf } from "../parse/path.ts";
import { baseName } from "../paths/posix-path.ts";
import type { ProblemList } from "../problem-list.ts";

/** Where a project's name may come from. */
export interface ProjectNameSources {
  /** Asked for by the caller. */
  readonly explicit: string | undefined;
  readonly lookup: Lookup;
  /** The documents of the files, in order; the last `name:` wins. */
  readonly documents: readonly Node[];
  readonly directory: string;
  /** For a project that has no name of its own. */
  readonly fallback: string | undefined;
}

const hint = "names consist of lower-case letters, digits, hyphens and underscores, and start with a letter or digit";

/**
 * The name: asked for, COMPOSE_PROJECT_NAME, `name:` of the last file that has one, the folder's. The last two are made
 * a name by leaving out what cannot be in one; the first two must be one.
 */
export function projectName(sources: ProjectNameSources, problems: ProblemList): string {
  const { explicit, lookup, documents, directory, fallback } = sources;
  const asked = explicit ?? (lookup("COMPOSE_PROJECT_NAME") || undefined);
  if (asked !== undefined) {
    if (!/^[a-z0-9][-_a-z0-9]*$/.test(asked)) {
      problems.error("COMPOSE_PROJECT_NAME", `\`${asked}\` cannot be the name of a project`, { hint });
    }
    return asked;
  }
  const written = documents.map((document) => fieldOf(document, "name")).findLast((node) => stringOf(node));
  const node = written && interpolate(written, lookup, problems, ["name"]);
  const name = nameFrom(stringOf(node) ?? "");
  if (name !== "") return name;
  if (node && stringOf(node) !== "") {
    const message = `\`${stringOf(node)}\` cannot be the name of a project`;
    problems.error("COMPOSE_PROJECT_NAME", message, { path: pathOf("name"), span: node.span, hint });
    return "project";
  }
  const folder = nameFrom(baseName(directory)) || fallback;
  if (folder !== undefined) return folder;
  problems.error("COMPOSE_PROJECT_NAME", "the project has no name", {
    hint: "write `name: …` in the compose file, give a project name, or the project's folder",
  });
  return "project";
}

/** What of a text can be a name. */
function nameFrom(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^-_a-z0-9]/g, "")
    .replace(/^[-_]+/, "");
}
