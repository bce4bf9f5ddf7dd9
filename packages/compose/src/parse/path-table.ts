import { type Path, pathKeys } from "./path.ts";

/** A table from patterns such as `services.*.build.args` to rules; `*` stands for any one key or index. */
export class PathTable<Rule> {
  readonly #root: TableNode<Rule>;

  constructor(rules: Readonly<Record<string, Rule>>) {
    this.#root = new TableNode();
    for (const pattern in rules) this.#root.add(pattern.split("."), rules[pattern]!);
  }

  at(path: undefined): TableNode<Rule>;
  /** The part of the table that is about what `path` points at; undefined if there is none. */
  at(path: Path | undefined): TableNode<Rule> | undefined;
  at(path: Path | undefined): TableNode<Rule> | undefined {
    let node: TableNode<Rule> | undefined = this.#root;
    for (const key of pathKeys(path)) node = node?.below(key);
    return node;
  }
}

/** What a table says about one place and the places below it. */
export class TableNode<Rule> {
  readonly #children = new Map<string, TableNode<Rule>>();
  #any: TableNode<Rule> | undefined;
  #rule: Rule | undefined;

  /** The rule of this very place. */
  get rule(): Rule | undefined {
    return this.#rule;
  }

  /** Whether the table says nothing about what is below this place. */
  get isLeaf(): boolean {
    return this.#children.size === 0;
  }

  /** What the table says about the field or item `key` of this place. A named field goes before `*`. */
  below(key: string | number): TableNode<Rule> | undefined {
    return (typeof key === "string" ? this.#children.get(key) : undefined) ?? this.#any;
  }

  add(keys: readonly string[], rule: Rule): void {
    const [first, ...rest] = keys;
    if (first === undefined) {
      this.#rule = rule;
      return;
    }
    const child = this.#children.get(first) ?? new TableNode<Rule>();
    this.#children.set(first, child);
    if (first === "*") this.#any = child;
    child.add(rest, rule);
  }
}
