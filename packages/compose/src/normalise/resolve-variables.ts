import { assignmentPairs } from "../decode/assignment-pairs.ts";
import type { Lookup } from "../interpolation/substitute.ts";
import type { Transform } from "../canonical/transform-context.ts";
import { entriesNode, type Entry, type Mapping, type Node, stringNode, valueNode } from "../parse/node.ts";

/** Variables without a value take that of the environment; those that have none there stay only if `keep` is set. */
export function resolveVariables(node: Node, lookup: Lookup, keep: boolean): Mapping {
  if (node.kind === "mapping" && !node.damaged && allStrings(node)) return node;
  const entries = new Map<string, Entry>();
  for (const { key, value, span } of assignmentPairs(node)) {
    const resolved = value ?? lookup(key);
    if (resolved === undefined && !keep) continue;
    entries.set(key, { value: resolved === undefined ? valueNode(null, span) : stringNode(resolved, span), key: span });
  }
  return entriesNode(entries, node.span);
}

function allStrings({ entries }: Mapping): boolean {
  for (const { value } of entries.values()) {
    if (value.kind !== "scalar" || typeof value.value !== "string") return false;
  }
  return true;
}

/** Resolves the variables of services: those of an included project come from its own `.env`. */
export const variableRules: Readonly<Record<string, Transform>> = {
  "services.*.environment": (node, { scope }) => resolveVariables(node, scope.lookup, true),
};
