import type { Node } from "../parse/node.ts";

/** What a node is, in words, for messages that say what was read: "a number (80)". */
export function describeNode(node: Node): string {
  if (node.kind === "sequence") return "a list";
  if (node.kind === "mapping") return "a mapping";
  if (node.date) return `a date (${node.text})`;
  if (node.value === null) return "empty";
  if (typeof node.value === "string") return `the string "${shortened(node.value)}"`;
  return `a ${typeof node.value} (${node.text})`;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
