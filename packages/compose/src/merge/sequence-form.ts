import { type Node, stringNode } from "../parse/node.ts";

/**
 * The items of a value that may be written as a list, as a mapping or as one string: a mapping's entries become
 * `key=value`, those without a value `key`.
 */
export function sequenceForm(node: Node): readonly Node[] {
  if (node.kind === "sequence") return node.items;
  if (node.kind === "scalar") return node.value === null ? [] : [node];
  return [...node.entries].flatMap(([key, { value, key: place }]): Node[] => {
    const span = value.span ?? place;
    if (value.kind === "sequence") {
      return value.items.map((item) => (item.kind === "scalar" ? stringNode(`${key}=${item.text}`, item.span) : item));
    }
    if (value.kind === "mapping") return [value];
    return [stringNode(value.value === null ? key : `${key}=${value.text}`, span)];
  });
}
