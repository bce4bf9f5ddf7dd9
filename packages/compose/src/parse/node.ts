import type { Span } from "./source-text.ts";

/** A value of a composition with the place that it was written at. Never changed in place: aliases share nodes. */
export type Node = Scalar | Sequence | Mapping;

/** What a scalar can be; dates are told apart because compose allows them nowhere. */
export type ScalarValue = string | number | boolean | null;

/** One value. */
export interface Scalar {
  readonly kind: "scalar";
  readonly value: ScalarValue;
  /** The value as the reference implementation prints it, as in an environment: `0755` is `493`, `1e21` is `1e+21`. */
  readonly text: string;
  readonly span: Span | undefined;
  /** A number that was written as one that need not be whole. */
  readonly float?: boolean;
  /** A date or time, which YAML reads unquoted text such as 2024-01-01 as. */
  readonly date?: boolean;
  /** It could not be read, which has been told: nothing more is said about it. */
  readonly broken?: boolean;
}

/** A list. */
export interface Sequence {
  readonly kind: "sequence";
  readonly items: readonly Node[];
  readonly span: Span | undefined;
  /** Something invalid was taken out of it and reported. */
  readonly damaged: boolean;
}

/** A mapping in the order in which it was written. */
export interface Mapping {
  readonly kind: "mapping";
  readonly entries: ReadonlyMap<string, Entry>;
  readonly span: Span | undefined;
  /** Something invalid was taken out of it and reported. */
  readonly damaged: boolean;
}

/** A key of a mapping with its value. */
export interface Entry {
  readonly value: Node;
  /** Where the key is. */
  readonly key: Span | undefined;
}

// Nodes are made by the functions of this file alone, and never by spreading another one: an engine knows objects by how
// they were made, and reads fields quickly only where all of a kind were made in the same way.

/** A list, placed at `span`. */
export function sequenceNode(items: readonly Node[], span?: Span, damaged = false): Sequence {
  return { kind: "sequence", items, span, damaged };
}

/** A mapping with these entries, placed at `span`. */
export function entriesNode(entries: ReadonlyMap<string, Entry>, span?: Span, damaged = false): Mapping {
  return { kind: "mapping", entries, span, damaged };
}

/** A value that is more, or less, than it looks: see the fields of Scalar. */
export function scalarNode(content: Omit<Scalar, "kind" | "span">, span?: Span): Scalar {
  const { value, text, float = false, date = false, broken = false } = content;
  if (float || date || broken) return { kind: "scalar", value, text, span, float, date, broken };
  return { kind: "scalar", value, text, span };
}

/** A string, placed at `span`. */
export function stringNode(value: string, span?: Span): Scalar {
  return { kind: "scalar", value, text: value, span };
}

/** A boolean, whole number or null, placed at `span`. */
export function valueNode(value: number | boolean | null, span?: Span): Scalar {
  return { kind: "scalar", value, text: value === null ? "" : String(value), span };
}

/** What stands where something could not be read, which has been told. */
export function brokenNode(span?: Span): Scalar {
  return scalarNode({ value: null, text: "", broken: true }, span);
}

/** A mapping with `fields`, those that are undefined left out, whose keys are placed where their values are. */
export function mappingNode(fields: Readonly<Record<string, Node | undefined>>, span?: Span): Mapping {
  const entries = new Map<string, Entry>();
  for (const key in fields) {
    const value = fields[key];
    if (value) entries.set(key, { value, key: value.span });
  }
  return entriesNode(entries, span);
}

/** A copy to be changed. Much quicker than that of Map's constructor, which goes through an iterator. */
export function copyOf(entries: ReadonlyMap<string, Entry>): Map<string, Entry> {
  const copy = new Map<string, Entry>();
  entries.forEach((entry, key) => copy.set(key, entry));
  return copy;
}

/** The same mapping with other entries. */
export function withEntries({ span, damaged }: Mapping, entries: ReadonlyMap<string, Entry>): Mapping {
  return entriesNode(entries, span, damaged);
}

/** The same list with other items. */
export function withItems({ span, damaged }: Sequence, items: readonly Node[]): Sequence {
  return sequenceNode(items, span, damaged);
}

/** What is left of a mapping: it is damaged if that is less than it was. */
export function keptEntries(mapping: Mapping, entries: ReadonlyMap<string, Entry>): Mapping {
  return entriesNode(entries, mapping.span, mapping.damaged || entries.size < mapping.entries.size);
}

/** What is left of a list: it is damaged if that is less than it was. */
export function keptItems(sequence: Sequence, items: readonly Node[]): Sequence {
  return sequenceNode(items, sequence.span, sequence.damaged || items.length < sequence.items.length);
}

/** The same mapping with `key` set, in its place where it is there already. */
export function withField(mapping: Mapping, key: string, value: Node): Mapping {
  const present = mapping.entries.get(key);
  if (present?.value === value) return mapping;
  const entries = copyOf(mapping.entries);
  entries.set(key, { value, key: present?.key ?? value.span });
  return withEntries(mapping, entries);
}

/** The same mapping without `key`. */
export function withoutField(mapping: Mapping, key: string): Mapping {
  if (!mapping.entries.has(key)) return mapping;
  const entries = copyOf(mapping.entries);
  entries.delete(key);
  return withEntries(mapping, entries);
}

/** The value of a field. */
export function fieldOf(node: Node | undefined, key: string): Node | undefined {
  return node?.kind === "mapping" ? node.entries.get(key)?.value : undefined;
}

/** The string that a field holds, if it holds one. */
export function stringField(node: Node | undefined, key: string): string | undefined {
  return stringOf(fieldOf(node, key));
}

/** The string that a node is, if it is one. */
export function stringOf(node: Node | undefined): string | undefined {
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
}

/** The keys and values of a mapping; none for anything else. */
export function fieldsOf(node: Node | undefined): [string, Entry][] {
  return node?.kind === "mapping" ? [...node.entries] : [];
}

/** The items of a list; none for anything else. */
export function itemsOf(node: Node | undefined): readonly Node[] {
  return node?.kind === "sequence" ? node.items : [];
}

/** Whether a node is null, written or left empty. */
export function isNull(node: Node | undefined): boolean {
  return node?.kind === "scalar" && node.value === null;
}
