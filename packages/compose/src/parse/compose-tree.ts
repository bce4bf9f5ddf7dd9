import { type AliasEvent, type Event, EVENT_ID, getScalarValue, SCALAR_STYLE, type ScalarEvent } from "js-yaml";
import type { ProblemList } from "../problem-list.ts";
import { suggestion } from "../suggestion.ts";
import { mergeKeys } from "./merge-keys.ts";
import { brokenNode, type Entry, type Mapping, type Node, type Scalar, valueNode } from "./node.ts";
import { below, type Path } from "./path.ts";
import { resolvePlain } from "./resolve-scalar.ts";
import { resolveTagged } from "./resolve-tagged.ts";
import type { RelaxedText } from "./relaxed-text.ts";
import type { SourceText, Span } from "./source-text.ts";

/** One document of a compose file. */
export interface ParsedDocument {
  /** Without the nodes that were tagged `!reset`. */
  readonly root: Node;
  /** Where `!reset` and `!override` stood: what earlier files have there is dropped before the merge. */
  readonly dropped: readonly Path[];
}

/** A node, the number of nodes that it stands for with its aliases expanded, and the tags inside of it. */
interface Built {
  readonly node: Node | undefined;
  readonly size: number;
  /** Paths from the node itself, from the root down. */
  readonly dropped: readonly (readonly (string | number)[])[];
}

/** More nodes than that are an attack by aliases of aliases, not a composition. */
const maxNodes = 500_000;
const localTags = ["!reset", "!override"];

/** Builds nodes from the events of one text. Used once. */
export class ComposeTree {
  readonly #source: SourceText;
  /** What the events' offsets are in. */
  readonly #text: string;
  readonly #original: (offset: number) => number;
  readonly #events: readonly Event[];
  readonly #problems: ProblemList;
  readonly #anchors = new Map<string, Built | "open">();
  #next = 0;
  /** Where the text read so far ends: empty values have no offset of their own. */
  #position = 0;
  #total = 0;

  constructor(source: SourceText, text: RelaxedText, events: readonly Event[], problems: ProblemList) {
    this.#source = source;
    this.#text = text.text;
    this.#original = (offset) => text.original(offset);
    this.#events = events;
    this.#problems = problems;
  }

  documents(): ParsedDocument[] {
    const documents: ParsedDocument[] = [];
    while (this.#next < this.#events.length) {
      this.#next++;
      const empty: Built = { node: this.#null(), size: 1, dropped: [] };
      const built = this.#peek()?.type === EVENT_ID.POP ? empty : this.#node(undefined);
      this.#next++;
      documents.push({
        root: built.node ?? this.#null(),
        dropped: built.dropped.flatMap((keys) => {
          let path: Path | undefined;
          for (const key of keys) path = below(path, key);
          return path ?? [];
        }),
      });
    }
    // What an attack expands to is not looked at any further; the problem is told.
    return this.#total > maxNodes ? [] : documents;
  }

  #peek(): Event | undefined {
    return this.#events[this.#next];
  }

  #null(): Scalar {
    return valueNode(null, this.#span(this.#position, this.#position));
  }

  #span(start: number, end: number): Span {
    return { source: this.#source, start: this.#original(start), end: this.#original(end) };
  }

  #node(path: Path | undefined): Built {
    const event = this.#events[this.#next++]!;
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event, path);
    if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP)
      return { node: this.#null(), size: 1, dropped: [] };
    const tag = event.tagStart < 0 ? undefined : this.#text.slice(event.tagStart, event.tagEnd);
    const anchor = event.anchorStart < 0 ? undefined : this.#text.slice(event.anchorStart, event.anchorEnd);
    this.#position = Math.max(this.#position, event.tagEnd, event.anchorEnd);
    if (anchor !== undefined) this.#anchors.set(anchor, "open");
    let built: Built;
    if (event.type === EVENT_ID.SCALAR) built = this.#scalar(event, tag, path);
    else if (event.type === EVENT_ID.SEQUENCE) built = this.#sequence(event.start, path);
    else built = this.#mapping(event.start, path);
    this.#count(built.size === 1 ? 1 : 0, built.node?.span, path);
    built = this.#tagged(built, tag, event, path);
    if (anchor !== undefined) this.#anchors.set(anchor, built);
    return built;
  }

  #count(nodes: number, span: Span | undefined, path: Path | undefined): void {
    const before = this.#total;
    this.#total += nodes;
    if (this.#total > maxNodes && before <= maxNodes) {
      this.#problems.markIncomplete();
      this.#problems.error("COMPOSE_TOO_LARGE", `aliases expand the file to more than ${maxNodes} values`, {
        span,
        path,
      });
    }
  }

  #alias(event: AliasEvent, path: Path | undefined): Built {
    const name = this.#text.slice(event.anchorStart, event.anchorEnd);
    const span = this.#span(event.anchorStart - 1, event.anchorEnd);
    this.#position = event.anchorEnd;
    const target = this.#anchors.get(name);
    if (target !== undefined && target !== "open") {
      this.#count(target.size, span, path);
      // Beyond the limit nothing is expanded any more; the problem is told already.
      return this.#total > maxNodes ? { node: brokenNode(span), size: 1, dropped: [] } : target;
    }
    if (target === "open") {
      this.#problems.error("COMPOSE_SYNTAX", `alias \`*${name}\` is inside of what it stands for`, { span, path });
    } else {
      this.#problems.error("COMPOSE_SYNTAX", `alias \`*${name}\` has no anchor \`&${name}\` before it`, {
        span,
        path,
        hint: suggestion(name, this.#anchors.keys(), "an anchor is written before its alias: `&name`"),
      });
    }
    return { node: brokenNode(span), size: 1, dropped: [] };
  }

  #scalar(event: ScalarEvent, tag: string | undefined, path: Path | undefined): Built {
    if (event.valueStart < 0) {
      const node = tag === "!!str" ? { ...this.#null(), value: "", text: "" } : this.#null();
      return { node, size: 1, dropped: [] };
    }
    const quote = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED ? 1 : 0;
    const span = this.#span(event.valueStart - quote, event.valueEnd + quote);
    this.#position = span.end;
    const text = getScalarValue(this.#text, event);
    const plain = event.style === SCALAR_STYLE.PLAIN;
    if (tag !== undefined && !localTags.includes(tag)) {
      return { node: resolveTagged(text, tag, span, path, this.#problems), size: 1, dropped: [] };
    }
    const content = plain ? resolvePlain(text) : { value: text, text };
    return { node: { kind: "scalar", ...content, span }, size: 1, dropped: [] };
  }

  #sequence(start: number, path: Path | undefined): Built {
    this.#position = Math.max(this.#position, start + 1);
    const items: Node[] = [];
    const dropped: (readonly (string | number)[])[] = [];
    let size = 1;
    for (let index = 0; this.#peek()?.type !== EVENT_ID.POP; index++) {
      const item = this.#node(below(path, index));
      if (item.node) items.push(item.node);
      for (const keys of item.dropped) dropped.push([index, ...keys]);
      size += item.size;
    }
    this.#next++;
    return { node: { kind: "sequence", items, span: this.#span(start, this.#position) }, size, dropped };
  }

  #mapping(start: number, path: Path | undefined): Built {
    this.#position = Math.max(this.#position, start + 1);
    const entries = new Map<string, Entry>();
    const merges: Node[] = [];
    const dropped: (readonly (string | number)[])[] = [];
    let size = 1;
    let damaged = false;
    while (this.#peek()?.type !== EVENT_ID.POP) {
      const merging = this.#isMergeKey();
      const key = this.#node(path).node;
      const name = merging ? "<<" : this.#keyName(key, path);
      const value = this.#node(name === undefined || merging ? path : below(path, name));
      size += value.size;
      damaged ||= name === undefined;
      if (name === undefined) continue;
      if (merging && merges.length > 0) {
        this.#problems.error("COMPOSE_DUPLICATE_KEY", "key `<<` is there already", {
          span: key?.span,
          path,
          hint: "merge a list instead: `<<: [*one, *other]`",
        });
        continue;
      }
      if (merging) {
        if (value.node) merges.push(value.node);
        dropped.push(...value.dropped);
        continue;
      }
      for (const keys of value.dropped) dropped.push([name, ...keys]);
      const first = entries.get(name);
      if (first?.key) this.#duplicate(name, key?.span, first.key, below(path, name));
      else if (value.node) entries.set(name, { value: value.node, key: key?.span });
    }
    this.#next++;
    const span = this.#span(start, this.#position);
    const mapping: Mapping = { kind: "mapping", entries, span, ...(damaged ? { damaged } : {}) };
    return { node: merges.length ? mergeKeys(mapping, merges, path, this.#problems) : mapping, size, dropped };
  }

  #isMergeKey(): boolean {
    const event = this.#peek();
    if (event?.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.PLAIN) return false;
    return this.#text.slice(event.valueStart, event.valueEnd) === "<<";
  }

  #keyName(key: Node | undefined, path: Path | undefined): string | undefined {
    if (key?.kind === "scalar" && typeof key.value === "string" && !key.date) return key.value;
    const written = key?.span ? key.span.source.text.slice(key.span.start, key.span.end) : "";
    this.#problems.error("COMPOSE_KEY_NOT_STRING", `key \`${written}\` is not a string`, {
      span: key?.span,
      path,
      hint: key?.kind === "scalar" ? `put it in quotes: "${written}"` : "keys are plain text",
    });
    return undefined;
  }

  #duplicate(name: string, span: Span | undefined, first: Span, path: Path): void {
    const { line } = first.source.range(first.start, first.end).start;
    this.#problems.error("COMPOSE_DUPLICATE_KEY", `key \`${name}\` is there already, on line ${line}`, {
      span,
      path,
      hint: "keep one of the two",
    });
  }

  #tagged(
    built: Built,
    tag: string | undefined,
    event: { tagStart: number; tagEnd: number },
    path: Path | undefined,
  ): Built {
    if (tag === undefined || tag === "!") return built;
    if (tag === "!reset") return { node: undefined, size: built.size, dropped: [[]] };
    if (tag === "!override") return { ...built, dropped: [[], ...built.dropped] };
    const kind = built.node?.kind;
    if (tag === "!!seq" || tag === "!!map" || (kind === "scalar" && tag.startsWith("!!"))) return built;
    this.#problems.warn("COMPOSE_SYNTAX", `tag \`${tag}\` means nothing in a compose file`, {
      span: this.#span(event.tagStart, event.tagEnd),
      path,
      hint: suggestion(tag, localTags, "it has no effect; compose knows `!reset` and `!override`"),
    });
    return built;
  }
}
