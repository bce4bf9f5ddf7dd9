import type { ProblemList } from "../problem-list.ts";
import { formatGoFloat } from "./go-format.ts";
import { entriesNode, type Entry, type Node, scalarNode, sequenceNode, stringNode, valueNode } from "./node.ts";
import { below, type Path } from "./path.ts";

/** The node of a value that is in memory already: what JSON can hold, undefined fields left out. It has no place. */
export function nodeFromValue(value: unknown, problems: ProblemList, path?: Path): Node {
  return convert(value, path, problems, []);
}

function convert(value: unknown, path: Path | undefined, problems: ProblemList, open: readonly unknown[]): Node {
  if (value === null || typeof value === "boolean") return valueNode(value);
  if (typeof value === "string") return stringNode(value);
  if (typeof value === "number") {
    if (Number.isSafeInteger(value)) return valueNode(value);
    return scalarNode({ value, text: formatGoFloat(value), float: true });
  }
  if (open.includes(value)) {
    problems.error("COMPOSE_WRONG_TYPE", "the value contains itself", { path });
    return valueNode(null);
  }
  const inside = [...open, value];
  if (Array.isArray(value)) {
    const items = value.map((item, index) => convert(item, below(path, index), problems, inside));
    return sequenceNode(items);
  }
  if (isPlainObject(value)) {
    const entries = new Map<string, Entry>();
    for (const [key, field] of Object.entries(value)) {
      if (field !== undefined)
        entries.set(key, { value: convert(field, below(path, key), problems, inside), key: undefined });
    }
    return entriesNode(entries);
  }
  problems.error("COMPOSE_WRONG_TYPE", `a value of type ${typeof value} cannot be part of a composition`, { path });
  return valueNode(null);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // An object of another realm has another Object.prototype, whose own prototype is null all the same.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
