import type { Node } from "../parse/node.ts";
import type { Span } from "../parse/source-text.ts";

/** One `key=value`; without a value where only a key was written. */
export interface AssignmentPair {
  readonly key: string;
  readonly value: string | undefined;
  readonly span: Span | undefined;
}

/** What `KEY=value` items or a mapping assign, in order; a later one may have the key of an earlier one. */
export function assignmentPairs(node: Node): AssignmentPair[] {
  if (node.kind === "sequence") {
    return node.items.map((item) => {
      const text = item.kind === "scalar" ? item.text : "";
      const equals = text.indexOf("=");
      const [key, value] = equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
      return { key, value, span: item.span };
    });
  }
  if (node.kind === "scalar") return [];
  const pairs: AssignmentPair[] = [];
  node.entries.forEach(({ value, key: place }, key) => {
    const text = value.kind === "scalar" && value.value !== null ? value.text : undefined;
    pairs.push({ key, value: text, span: place ?? value.span });
  });
  return pairs;
}
