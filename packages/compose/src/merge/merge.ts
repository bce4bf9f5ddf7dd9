import { copyOf, entriesNode, isNull, type Mapping, type Node, withItems } from "../parse/node.ts";
import type { TableNode } from "../parse/path-table.ts";
import { below, formatPath, type Path } from "../parse/path.ts";
import type { ProblemList } from "../problem-list.ts";
import { describeNode } from "../schema/describe-node.ts";
import { type MergeRule, mergeRules } from "./merge-rules.ts";

/**
 * `over` on top of `base`, both at `path` of their documents: mappings field by field, lists one after the other,
 * anything else replaced, and otherwise where the rules say so. What doesn't go together is a problem; `base` stays.
 */
export function merge(base: Node, over: Node, problems: ProblemList, path?: Path): Node {
  return mergeAt(base, over, { problems, path, table: mergeRules.at(path) });
}

interface Place {
  readonly problems: ProblemList;
  readonly path: Path | undefined;
  readonly table: TableNode<MergeRule> | undefined;
}

function mergeAt(base: Node, over: Node, place: Place): Node {
  const fields = (left: Mapping, right: Mapping): Node => mergeFields(left, right, place);
  const merged = place.table?.rule ? place.table.rule(base, over, fields) : byKind(base, over, fields);
  if (merged) return merged;
  // An empty value goes over nothing.
  if (isNull(over)) return base;
  const [was, is] = [describeNode(base), describeNode(over)];
  place.problems.error("COMPOSE_WRONG_TYPE", `${formatPath(place.path)} is ${is}, which cannot go over ${was}`, {
    path: place.path,
    span: over.span,
    hint: "write it in the same form in both places",
  });
  return base;
}

function byKind(base: Node, over: Node, fields: (left: Mapping, right: Mapping) => Node): Node | undefined {
  if (base.kind === "mapping") return over.kind === "mapping" ? fields(base, over) : undefined;
  if (base.kind === "sequence") {
    return over.kind === "sequence" ? withItems(over, [...base.items, ...over.items]) : undefined;
  }
  return isNull(over) ? base : over;
}

function mergeFields(base: Mapping, over: Mapping, place: Place): Mapping {
  const entries = copyOf(base.entries);
  for (const [key, entry] of over.entries) {
    const present = base.entries.get(key);
    if (!present) {
      entries.set(key, entry);
      continue;
    }
    const value = mergeAt(present.value, entry.value, {
      problems: place.problems,
      path: below(place.path, key),
      table: place.table?.below(key),
    });
    entries.set(key, { value, key: entry.key ?? present.key });
  }
  return entriesNode(entries, over.span ?? base.span, base.damaged || over.damaged);
}
