import type { ComposeErrorCode } from "../compose-error.ts";
import {
  copyOf,
  entriesNode,
  type Entry,
  keptEntries,
  keptItems,
  type Mapping,
  type Node,
  type Sequence,
  stringOf,
} from "../parse/node.ts";
import { below, formatPath, type Path, pathKeys } from "../parse/path.ts";
import { Trail } from "../parse/trail.ts";
import type { ProblemList } from "../problem-list.ts";
import { describeNode } from "../schema/describe-node.ts";
import type { ByKind, MapShape, RecordShape, Shape } from "../schema/shape.ts";
import { suggestion } from "../suggestion.ts";
import { scalarProblem, type ValueShape } from "./scalar-problem.ts";

/** How a node is validated. */
export interface ValidateOptions {
  /** Where it is. */
  readonly path?: Path | undefined;
  /** Strings with a variable may become anything. */
  readonly verbatim?: boolean | undefined;
}

/**
 * The node without what is not of its shape, every such thing being told. Undefined if the node itself is not. What
 * lost something is marked as damaged, so that nobody complains about its absence later on.
 */
export function validate(
  node: Node,
  shape: Shape,
  problems: ProblemList,
  { path, verbatim = false }: ValidateOptions = {},
): Node | undefined {
  return new Validation(problems, verbatim, new Trail(pathKeys(path))).check(node, shape);
}

class Validation {
  readonly #problems: ProblemList;
  readonly #verbatim: boolean;
  readonly #trail: Trail;

  constructor(problems: ProblemList, verbatim: boolean, trail: Trail) {
    this.#problems = problems;
    this.#verbatim = verbatim;
    this.#trail = trail;
  }

  /** How messages call what is looked at. */
  get #name(): string {
    return placeName(this.#trail.path);
  }

  check(node: Node, shape: Shape): Node | undefined {
    if (node.kind === "scalar" && node.broken) return undefined;
    switch (shape.kind) {
      case "record":
        return this.#record(node, shape);
      case "map":
        return this.#map(node, shape);
      case "list":
        return this.#list(node, shape.item, shape.unique ?? false);
      case "byKind":
        return this.#byKind(node, shape);
      case "assignments":
        return this.#assignments(node);
      case "hosts":
        return this.#hosts(node);
      case "texts":
        if (node.kind === "mapping") return this.#wrong(node, "a string or a list of strings");
        return node.kind === "sequence" ? this.#list(node, plainText, true) : this.#scalar(node, plainText);
      case "command":
      case "check":
        return node.kind === "sequence" ? this.#texts(node) : this.#scalar(node, shape);
      case "external":
        if (node.kind !== "mapping") return this.#scalar(node, plainBoolean);
        return this.#record(node, shape.open ? { ...externalName, open: true } : externalName);
      case "anything":
        return node;
      case "text":
      case "boolean":
      case "number":
      case "bytes":
      case "duration":
      case "fileMode":
      case "deviceCount":
        return this.#scalar(node, shape);
      default:
        return shape satisfies never;
    }
  }

  #inside(key: string | number, node: Node, shape: Shape): Node | undefined {
    this.#trail.enter(key);
    const valid = this.check(node, shape);
    this.#trail.leave();
    return valid;
  }

  #wrong(node: Node, expected: string, hint?: string): undefined {
    const message = `${this.#name} is ${describeNode(node)}, expected ${expected}`;
    this.#tell("COMPOSE_WRONG_TYPE", message, node, hint);
  }

  #tell(code: ComposeErrorCode, message: string, node: Node, hint?: string): void {
    this.#problems.error(code, message, { path: this.#trail.path, span: node.span, hint });
  }

  #scalar(node: Node, shape: ValueShape): Node | undefined {
    const words = node.kind === "mapping" ? wordsOf(node) : undefined;
    if (words) {
      const hint = `the colon makes it a mapping: write "${words.join(": ")}" in quotes, or ${words.join("=")}`;
      return this.#wrong(node, "a string", hint);
    }
    const problem = scalarProblem(node, shape);
    if (!problem || (this.#verbatim && mayBecome(node, shape))) return node;
    const { message, hint, harmless } = problem;
    if (harmless) {
      const place = { path: this.#trail.path, span: node.span, hint };
      this.#problems.warn("COMPOSE_BAD_VALUE", `${this.#name}: ${message}`, place);
      return node;
    }
    if (message !== undefined) this.#tell("COMPOSE_BAD_VALUE", `${this.#name}: ${message}`, node, hint);
    else this.#wrong(node, problem.wanted ?? "another value", hint);
    return undefined;
  }

  #record(node: Node, shape: RecordShape): Node | undefined {
    if (shape.nullable && node.kind === "scalar" && node.value === null) return node;
    if (node.kind !== "mapping") return this.#wrong(node, `${shape.title} (a mapping)`);
    let changed: Map<string, Entry> | undefined;
    node.entries.forEach((entry, key) => {
      const field = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
      const value = field ? this.#inside(key, entry.value, field) : this.#extra(key, entry, shape);
      if (value !== entry.value) replaceIn((changed ??= copyOf(node.entries)), key, entry, value);
    });
    for (const key of shape.required ?? []) {
      if (node.entries.has(key)) continue;
      const message = `${this.#name} has no \`${key}\`, which ${shape.title} needs`;
      this.#tell("COMPOSE_MISSING_FIELD", message, node);
      return undefined;
    }
    return changed ? keptEntries(node, changed) : node;
  }

  /** A field that the shape doesn't have. */
  #extra(key: string, entry: Entry, shape: RecordShape): Node | undefined {
    if (!shape.closed && key.startsWith("x-")) return entry.value;
    this.#problems[shape.open ? "warn" : "error"](
      "COMPOSE_UNKNOWN_FIELD",
      `unknown field \`${key}\` in ${this.#name}`,
      {
        path: below(this.#trail.path, key),
        span: entry.key ?? entry.value.span,
        hint: suggestion(
          key,
          Object.keys(shape.fields),
          `${shape.title} has no such field${shape.closed ? "" : "; fields of your own start with x-"}`,
        ),
      },
    );
    return shape.open ? entry.value : undefined;
  }

  #map(node: Node, shape: MapShape): Node | undefined {
    if (node.kind !== "mapping") return this.#wrong(node, "a mapping");
    let changed: Map<string, Entry> | undefined;
    node.entries.forEach((entry, key) => {
      if (shape.keys && !shape.keys.test(key)) {
        this.#problems.error("COMPOSE_BAD_VALUE", `\`${key}\` cannot be a name in ${this.#name}`, {
          path: below(this.#trail.path, key),
          span: entry.key ?? entry.value.span,
          hint: "names consist of letters, digits, dots, underscores and hyphens",
        });
        replaceIn((changed ??= copyOf(node.entries)), key, entry, undefined);
        return;
      }
      const valid = this.#inside(key, entry.value, shape.value);
      if (valid === entry.value) return;
      // The name is there, whatever is wrong with its value: what refers to it is not wrong too.
      const value =
        valid ?? (shape.value.kind === "record" ? entriesNode(new Map(), entry.value.span, true) : undefined);
      replaceIn((changed ??= copyOf(node.entries)), key, entry, value);
    });
    return changed ? keptEntries(node, changed) : node;
  }

  #list(node: Node, item: Shape, unique: boolean): Node | undefined {
    if (node.kind !== "sequence") {
      const text = stringOf(node);
      return this.#wrong(node, "a list", text === undefined ? undefined : `make it a list: [${text}]`);
    }
    let items: Node[] | undefined;
    const seen = unique && node.items.length > 1 ? new Set<string>() : undefined;
    for (let index = 0; index < node.items.length; index++) {
      const one = node.items[index]!;
      let valid = this.#inside(index, one, item);
      if (valid && seen && one.kind === "scalar") {
        const identity = `${typeof one.value} ${one.text}`;
        if (seen.has(identity)) {
          const message = `${this.#name} has \`${one.text}\` twice`;
          const place = { path: below(this.#trail.path, index), span: one.span, hint: "keep one of the two" };
          this.#problems.error("COMPOSE_DUPLICATE_ITEM", message, place);
          valid = undefined;
        } else seen.add(identity);
      }
      if (valid !== one) items ??= node.items.slice(0, index);
      if (items && valid) items.push(valid);
    }
    return items ? keptItems(node, items) : node;
  }

  #texts(node: Sequence): Node | undefined {
    return this.#list(node, plainText, false);
  }

  #byKind(node: Node, shape: ByKind): Node | undefined {
    const own = shape[node.kind];
    // Empty is a form of its own only where one of the shapes says so.
    const empty = node.kind === "scalar" && node.value === null && !shape.scalar;
    if (empty && shape.mapping?.kind === "record" && shape.mapping.nullable) return node;
    if (own && !empty) return this.check(node, own);
    const forms = [shape.scalar && "a string", shape.sequence && "a list", shape.mapping && "a mapping"].filter(
      (form) => typeof form === "string",
    );
    return this.#wrong(node, forms.join(" or "));
  }

  #assignments(node: Node): Node | undefined {
    if (node.kind === "sequence") return this.#list(node, plainText, true);
    if (node.kind !== "mapping") return this.#wrong(node, "a list of KEY=value or a mapping");
    return this.#map(node, assignments);
  }

  #hosts(node: Node): Node | undefined {
    if (node.kind === "sequence") return this.#list(node, plainText, true);
    if (node.kind !== "mapping") return this.#wrong(node, "a list of host=address or a mapping");
    return this.#map(node, addresses);
  }
}

const plainText: ValueShape = { kind: "text" };
const plainBoolean: ValueShape = { kind: "boolean" };
const byAddress: Shape = { kind: "byKind", scalar: plainText, sequence: { kind: "list", item: plainText } };
const addresses: MapShape = { kind: "map", value: byAddress };
const assignments: MapShape = {
  kind: "map",
  value: { kind: "text", scalars: ["number", "boolean", "null"] },
};
const externalName: RecordShape = { kind: "record", title: "external", fields: { name: { kind: "text" } } };

/** Whether a text with a variable may become a value of `shape`. */
function mayBecome(node: Node, shape: ValueShape): boolean {
  if (shape.kind === "text" || ("strict" in shape && shape.strict)) return false;
  return stringOf(node)?.includes("$") ?? false;
}

/** The two words of `- A: 1`, which was meant to be one text. */
function wordsOf({ entries }: Mapping): string[] | undefined {
  const [only, ...more] = entries;
  const value = only?.[1].value;
  return only && more.length === 0 && value?.kind === "scalar" ? [only[0], value.text] : undefined;
}

function replaceIn(entries: Map<string, Entry>, key: string, { key: place }: Entry, value: Node | undefined): void {
  if (value) entries.set(key, { value, key: place });
  else entries.delete(key);
}

function placeName(path: Path | undefined): string {
  return path ? `\`${formatPath(path)}\`` : "the file";
}
