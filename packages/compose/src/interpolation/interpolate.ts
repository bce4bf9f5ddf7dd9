import { brokenNode, copyOf, type Entry, type Node, type Scalar, stringNode, withEntries, withItems } from "../parse/node.ts";
import { below, type Path } from "../parse/path.ts";
import type { Span } from "../parse/source-text.ts";
import type { ProblemList } from "../problem-list.ts";
import { type Lookup, substitute, type SubstitutionIssue } from "./substitute.ts";

/** The node with all variables in its strings replaced. Keys are let be. What has none is shared with `node`. */
export function interpolate(node: Node, lookup: Lookup, problems: ProblemList, path?: Path): Node {
  if (node.kind === "scalar") return interpolateScalar(node, lookup, problems, path);
  if (node.kind === "sequence") {
    let items: Node[] | undefined;
    for (let index = 0; index < node.items.length; index++) {
      const item = node.items[index]!;
      if (isFixed(item)) continue;
      const value = interpolate(item, lookup, problems, below(path, index));
      if (value !== item) (items ??= [...node.items])[index] = value;
    }
    return items ? withItems(node, items) : node;
  }
  let entries: Map<string, Entry> | undefined;
  node.entries.forEach((entry, key) => {
    if (isFixed(entry.value)) return;
    const value = interpolate(entry.value, lookup, problems, below(path, key));
    if (value !== entry.value) (entries ??= copyOf(node.entries)).set(key, { value, key: entry.key });
  });
  return entries ? withEntries(node, entries) : node;
}

function isFixed(node: Node): boolean {
  return node.kind === "scalar" && (typeof node.value !== "string" || !node.value.includes("$"));
}

function interpolateScalar(node: Scalar, lookup: Lookup, problems: ProblemList, path: Path | undefined): Scalar {
  if (typeof node.value !== "string" || node.date || !node.value.includes("$")) return node;
  const { text, issues } = substitute(node.value, lookup);
  for (const issue of issues) report(issue, node, problems, path);
  return issues.some(({ kind }) => kind !== "unset") ? brokenNode(node.span) : stringNode(text, node.span);
}

function report(issue: SubstitutionIssue, node: Scalar, problems: ProblemList, path: Path | undefined): void {
  const span = partOf(node, issue);
  if (issue.kind === "unset") problems.warn("COMPOSE_UNSET_VARIABLE", issue.message, { path, span });
  else if (issue.kind === "required") problems.error("COMPOSE_UNSET_VARIABLE", issue.message, { path, span });
  else {
    const hint = "write `$$` for a dollar sign that is no variable";
    problems.error("COMPOSE_BAD_INTERPOLATION", issue.message, { path, span, hint });
  }
}

/** The part of a scalar's text that an issue is about; all of it where escapes or folding moved the characters. */
function partOf(node: Scalar, { start, end }: SubstitutionIssue): Span | undefined {
  const { span } = node;
  if (!span) return undefined;
  const written = span.source.text.slice(span.start, span.end);
  const offset = [0, 1].find((quote) => written.slice(quote, written.length - quote) === node.text);
  if (offset === undefined) return span;
  return { source: span.source, start: span.start + offset + start, end: span.start + offset + end };
}
