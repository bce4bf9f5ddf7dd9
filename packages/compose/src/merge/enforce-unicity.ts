import { copyOf, type Entry, type Node, withEntries, withItems } from "../parse/node.ts";
import type { TableNode } from "../parse/path-table.ts";
import { type UnicityRule, unicityRules } from "./unicity-rules.ts";

/** The document with only the last of the same items in its lists, at the place of the first. */
export function enforceUnicity(root: Node): Node {
  return enforce(root, unicityRules.at(undefined));
}

function enforce(node: Node, table: TableNode<UnicityRule>): Node {
  if (node.kind === "scalar") return node;
  if (node.kind === "sequence") {
    if (!table.rule || node.items.length < 2) return node;
    const items = unique(node.items, table.rule);
    return items.length === node.items.length ? node : withItems(node, items);
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
