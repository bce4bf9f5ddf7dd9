import {
  brokenNode,
  copyOf,
  type Entry,
  type Mapping,
  type Node,
  type Scalar,
  type Sequence,
  stringNode,
  withEntries,
  withItems,
} from "../parse/node.ts";
import type { Path } from "../parse/path.ts";
import type { Span } from "../parse/source-text.ts";
import { Trail } from "../parse/trail.ts";
import type { ProblemList } from "../problem-list.ts";
import { type Lookup, substitute, type SubstitutionIssue } from "./substitute.ts";

/**
 * The node with all variables in its strings replaced. Keys are let be. What has none is shared with `node`, which is
 * at `keys` of its document.
 */
export function interpolate(
  node: Node,
  lookup: Lookup,
  problems: ProblemList,
  keys: readonly (string | number)[] = [],
): Node {
  return new Interpolation(lookup, problems, new Trail(keys)).node(node);
}

class Interpolation {
  readonly #lookup: Lookup;
  readonly #problems: ProblemList;
  readonly #trail: Trail;

  constructor(lookup: Lookup, problems: ProblemList, trail: Trail) {
    this.#lookup = lookup;
    this.#problems = problems;
    this.#trail = trail;
  }

  node(node: Node): Node {
    if (node.kind === "scalar") return this.#scalar(node);
    return node.kind === "sequence" ? this.#sequence(node) : this.#mapping(node);
  }

  #sequence(node: Sequence): Sequence {
    let items: Node[] | undefined;
    for (let index = 0; index < node.items.length; index++) {
      const item = node.items[index]!;
      const value = this.#inside(index, item);
      if (value !== item) (items ??= [...node.items])[index] = value;
    }
    return items ? withItems(node, items) : node;
  }

  #mapping(node: Mapping): Mapping {
    let entries: Map<string, Entry> | undefined;
    node.entries.forEach((entry, key) => {
      const value = this.#inside(key, entry.value);
      if (value !== entry.value) (entries ??= copyOf(node.entries)).set(key, { value, key: entry.key });
    });
    return entries ? withEntries(node, entries) : node;
  }

  #inside(key: string | number, node: Node): Node {
    if (isFixed(node)) return node;
    this.#trail.enter(key);
    const result = this.node(node);
    this.#trail.leave();
    return result;
  }

  #scalar(node: Scalar): Scalar {
    if (isFixed(node) || node.date) return node;
    const { text, issues } = substitute(node.text, this.#lookup);
    for (const issue of issues) report(issue, node, this.#problems, this.#trail.path);
    return issues.some(({ kind }) => kind !== "unset") ? brokenNode(node.span) : stringNode(text, node.span);
  }
}

function isFixed(node: Node): boolean {
  return node.kind === "scalar" && (typeof node.value !== "string" || !node.value.includes("$"));
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
