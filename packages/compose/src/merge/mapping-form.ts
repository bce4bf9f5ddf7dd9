import { entriesNode, type Entry, type Mapping, type Node, valueNode } from "../parse/node.ts";
import type { Span } from "../parse/source-text.ts";

/** What an item of a list stands for when the list becomes a mapping. */
export type ItemValue = (span: Span | undefined) => Node;

/** A value that may be written as a list of names or as a mapping, as a mapping. Anything else is undefined. */
export function mappingForm(node: Node, itemValue: ItemValue = (span) => valueNode(null, span)): Mapping | undefined {
  if (node.kind === "mapping") return node;
  if (node.kind !== "sequence") return undefined;
  const entries = new Map<string, Entry>();
  for (const item of node.items) {
    if (item.kind === "scalar") entries.set(item.text, { value: itemValue(item.span), key: item.span });
  }
  return entriesNode(entries, node.span);
}
