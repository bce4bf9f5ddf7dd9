import { PathTable } from "../parse/path-table.ts";
import type { Transform } from "./transform-context.ts";

/** One table of several: where more than one has a rule for a place, it is given what the one before made of it. */
export function inSequence(...tables: readonly Readonly<Record<string, Transform>>[]): PathTable<Transform> {
  const rules: Record<string, Transform> = {};
  for (const [pattern, next] of tables.flatMap((table) => Object.entries(table))) {
    const first = rules[pattern];
    rules[pattern] = first
      ? (node, context) => {
          const between = first(node, context);
          return between && next(between, context);
        }
      : next;
  }
  return new PathTable(rules);
}
