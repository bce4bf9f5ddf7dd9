import { copyOf, type Entry, type Node, type Sequence, withEntries, withItems } from "../parse/node.ts";
import type { Transform } from "../canonical/transform-context.ts";
import { PathTable, type TableNode } from "../parse/path-table.ts";
import { type UnicityRule, unicityRules } from "./unicity-rules.ts";

const table = new PathTable(unicityRules);

/** The document with only the last of the same items in its lists, at the place of the first. */
export function enforceUnicity(root: Node): Node {
  return enforce(root, table.at(undefined));
}

function enforce(node: Node, table: TableNode<UnicityRule>): Node {
  if (node.kind === "scalar") return node;
  if (node.kind === "sequence") {
    return table.rule ? uniqueItems(node, table.rule) : node;
  }
  if (table.isLeaf) return node;
  let changed: Map<string, Entry> | undefined;
  node.entries.forEach((entry, key) => {
    const rules = table.below(key);
    const value = rules ? enforce(entry.value, rules) : entry.value;
    if (value === entry.value) return;
    changed ??= copyOf(node.entries);
    changed.set(key, { value, key: entry.key });
  });
  return changed ? withEntries(node, changed) : node;
}

/** The same as {@link enforceUnicity}, as rules that are applied with others. */
export const unicityTransforms: Readonly<Record<string, Transform>> = Object.fromEntries(
  Object.entries(unicityRules).map(([pattern, rule]): [string, Transform] => [
    pattern,
    (node) => (node.kind === "sequence" ? uniqueItems(node, rule) : node),
  ]),
);

function uniqueItems(list: Sequence, rule: UnicityRule): Sequence {
  if (list.items.length < 2) return list;
  const items = unique(list.items, rule);
  return items.length === list.items.length ? list : withItems(list, items);
}

function unique(items: readonly Node[], rule: UnicityRule): Node[] {
  const places = new Map<string, number>();
  const result: Node[] = [];
  for (const item of items) {
    const identity = rule(item);
    const place = identity === undefined ? undefined : places.get(identity);
    if (place !== undefined) result[place] = item;
    else {
      if (identity !== undefined) places.set(identity, result.length);
      result.push(item);
    }
  }
  return result;
}
