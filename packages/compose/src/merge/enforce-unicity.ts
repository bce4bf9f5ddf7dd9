import type { Entry, Node } from "../parse/node.ts";
import type { TableNode } from "../parse/path-table.ts";
import { type UnicityRule, unicityRules } from "./unicity-rules.ts";

/** The document with only the last of the same items in its lists, at the place of the first. */
export function enforceUnicity(root: Node): Node {
  return enforce(root, unicityRules.at(undefined));
}

function enforce(node: Node, table: TableNode<UnicityRule> | undefined): Node {
  if (!table) return node;
  if (node.kind === "sequence") return table.rule ? { ...node, items: unique(node.items, table.rule) } : node;
  if (node.kind === "scalar") return node;
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries)
    entries.set(key, { ...entry, value: enforce(entry.value, table.below(key)) });
  return { ...node, entries };
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
