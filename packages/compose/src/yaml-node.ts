import type { SourceRange } from "@slipway/errors";

/** A value of a YAML document with its place. */
export type YamlNode = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, MapEntry>;
  readonly range: SourceRange | undefined;
}

/** A key of a map, with its own place, and its value. */
export interface MapEntry {
  readonly keyRange: SourceRange | undefined;
  readonly value: YamlNode;
}

export interface ListNode {
  readonly kind: "list";
  readonly items: readonly YamlNode[];
  readonly range: SourceRange | undefined;
}

export interface ScalarNode {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** As it is written, decoded. */
  readonly text: string;
  readonly range: SourceRange | undefined;
}

/** A node's kind for messages: `a map`, `a list`, `a string`. */
export function describeNode(node: YamlNode): string {
  if (node.kind !== "scalar") return `a ${node.kind}`;
  if (node.value === null) return "nothing";
  return `\`${node.text}\``;
}

/** A plain value as nodes without places. */
export function nodeOf(value: unknown): YamlNode {
  if (Array.isArray(value)) return { kind: "list", items: value.map(nodeOf), range: undefined };
  if (typeof value === "object" && value !== null) {
    const known = Object.entries(value).filter(([, child]) => child !== undefined);
    const entries = new Map(known.map(([key, child]) => [key, { keyRange: undefined, value: nodeOf(child) }]));
    return { kind: "map", entries, range: undefined };
  }
  const scalar = value === undefined ? null : (value as ScalarNode["value"]);
  return { kind: "scalar", value: scalar, text: scalar === null ? "" : String(scalar), range: undefined };
}
