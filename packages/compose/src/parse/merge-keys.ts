import type { ProblemList } from "../problem-list.ts";
import { entriesNode, type Entry, type Mapping, type Node } from "./node.ts";
import type { Path } from "./path.ts";

/**
 * `mapping` with what its merge keys (`<<`) bring. Its own keys win over them wherever they stand, and of several
 * merged mappings the first that has a key.
 */
export function mergeKeys(
  mapping: Mapping,
  merges: readonly Node[],
  path: Path | undefined,
  problems: ProblemList,
): Mapping {
  const entries = new Map<string, Entry>();
  for (const merged of merges.flatMap((node) => sources(node, path, problems))) {
    for (const [key, entry] of merged.entries) {
      if (!entries.has(key)) entries.set(key, entry);
    }
  }
  for (const [key, entry] of mapping.entries) entries.set(key, entry);
  const damaged = mapping.damaged || merges.some((node) => node.kind === "scalar" && node.broken);
  return entriesNode(entries, mapping.span, damaged);
}

function sources(node: Node, path: Path | undefined, problems: ProblemList): Mapping[] {
  if (node.kind === "mapping") return [node];
  if (node.kind === "sequence" && node.items.every((item) => item.kind === "mapping")) return [...node.items];
  if (node.kind === "scalar" && node.broken) return [];
  problems.error("COMPOSE_SYNTAX", "`<<` merges a mapping or a list of mappings", {
    span: node.span,
    path,
    hint: "give it an alias of a mapping, as in `<<: *common`",
  });
  return [];
}
