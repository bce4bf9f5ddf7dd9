import type { Entry, Node } from "../parse/node.ts";
import type { PathTable, TableNode } from "../parse/path-table.ts";
import { below, type Path } from "../parse/path.ts";
import type { ProblemList } from "../problem-list.ts";
import type { Transform } from "./transform-context.ts";

/**
 * The document with the rules of a table applied, each to its places; what is below a place comes after it. What a rule
 * cannot read is taken out, and what held it is marked as damaged.
 */
export function transformTree(root: Node, rules: PathTable<Transform>, problems: ProblemList): Node {
  return transform(root, rules.at(undefined), undefined, problems) ?? root;
}

function transform(
  before: Node,
  table: TableNode<Transform> | undefined,
  path: Path | undefined,
  problems: ProblemList,
): Node | undefined {
  if (!table) return before;
  const node = table.rule ? table.rule(before, { path, problems }) : before;
  if (!node || node.kind === "scalar") return node;
  if (node.kind === "sequence") {
    const items = node.items.flatMap(
      (item, index) => transform(item, table.below(index), below(path, index), problems) ?? [],
    );
    return items.length === node.items.length ? { ...node, items } : { ...node, items, damaged: true };
  }
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries) {
    const value = transform(entry.value, table.below(key), below(path, key), problems);
    if (value) entries.set(key, { ...entry, value });
  }
  return entries.size === node.entries.size ? { ...node, entries } : { ...node, entries, damaged: true };
}
