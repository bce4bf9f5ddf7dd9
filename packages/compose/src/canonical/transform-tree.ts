import { copyOf, type Entry, keptEntries, keptItems, type Mapping, type Node, type Sequence } from "../parse/node.ts";
import { PathTable, type TableNode } from "../parse/path-table.ts";
import { below, type Path } from "../parse/path.ts";
import { ProblemList } from "../problem-list.ts";
import type { Transform, TransformSite } from "./transform-context.ts";

/**
 * The document with the rules of a table applied, each to its places; what is below a place comes after it. What a rule
 * cannot read is taken out, and what held it is marked as damaged. What no rule changes is shared with `root`.
 */
export function transformTree(root: Node, rules: PathTable<Transform>, site: TransformSite): Node {
  return transform(root, rules.at(undefined), undefined, site) ?? root;
}

/** The rules of a table such that what one of them cannot read is left as it is. */
export function leniently(rules: Readonly<Record<string, Transform>>): PathTable<Transform> {
  const lenient = Object.entries(rules).map(([pattern, rule]): [string, Transform] => [
    pattern,
    (node, { path, scope }) => {
      const problems = new ProblemList();
      const result = rule(node, { path, problems, scope });
      return problems.hasErrors ? node : result;
    },
  ]);
  return new PathTable(Object.fromEntries(lenient));
}

function transform(
  before: Node,
  table: TableNode<Transform>,
  path: Path | undefined,
  site: TransformSite,
): Node | undefined {
  const node = table.rule ? table.rule(before, { path, problems: site.problems, scope: site.scope }) : before;
  if (!node || node.kind === "scalar" || table.isLeaf) return node;
  return node.kind === "sequence" ? items(node, table, path, site) : fields(node, table, path, site);
}

function items(node: Sequence, table: TableNode<Transform>, path: Path | undefined, site: TransformSite): Sequence {
  let changed: Node[] | undefined;
  for (let index = 0; index < node.items.length; index++) {
    const item = node.items[index]!;
    const rules = table.below(index);
    const value = rules ? transform(item, rules, below(path, index), site) : item;
    if (value !== item) changed ??= node.items.slice(0, index);
    if (changed && value) changed.push(value);
  }
  return changed ? keptItems(node, changed) : node;
}

function fields(node: Mapping, table: TableNode<Transform>, path: Path | undefined, site: TransformSite): Mapping {
  let changed: Map<string, Entry> | undefined;
  node.entries.forEach((entry, key) => {
    const rules = table.below(key);
    if (!rules) return;
    const value = transform(entry.value, rules, below(path, key), site);
    if (value === entry.value) return;
    changed ??= copyOf(node.entries);
    if (value) changed.set(key, { value, key: entry.key });
    else changed.delete(key);
  });
  return changed ? keptEntries(node, changed) : node;
}
