import { assignmentPairs } from "../decode/assignment-pairs.ts";
import type { Lookup } from "../interpolation/substitute.ts";
import {
  type Entry,
  fieldOf,
  type Mapping,
  type Node,
  stringNode,
  valueNode,
  withEntries,
  withField,
} from "../parse/node.ts";

/** Variables without a value take that of the environment; those that have none there stay only if `keep` is set. */
export function resolveVariables(node: Node, lookup: Lookup, keep: boolean): Mapping {
  if (node.kind === "mapping" && !node.damaged && allStrings(node)) return node;
  const entries = new Map<string, Entry>();
  for (const { key, value, span } of assignmentPairs(node)) {
    const resolved = value ?? lookup(key);
    if (resolved === undefined && !keep) continue;
    entries.set(key, { value: resolved === undefined ? valueNode(null, span) : stringNode(resolved, span), key: span });
  }
  return { kind: "mapping", entries, span: node.span };
}

function allStrings({ entries }: Mapping): boolean {
  for (const { value } of entries.values()) {
    if (value.kind !== "scalar" || typeof value.value !== "string") return false;
  }
  return true;
}

/** The document with the variables of its services resolved: those of an included project come from its own `.env`. */
export function resolveEnvironments(root: Mapping, lookup: Lookup): Mapping {
  const services = fieldOf(root, "services");
  if (services?.kind !== "mapping") return root;
  const entries = new Map<string, Entry>();
  for (const [name, entry] of services.entries) {
    const environment = fieldOf(entry.value, "environment");
    const value =
      environment && entry.value.kind === "mapping"
        ? withField(entry.value, "environment", resolveVariables(environment, lookup, true))
        : entry.value;
    entries.set(name, { ...entry, value });
  }
  return withField(root, "services", withEntries(services, entries));
}
