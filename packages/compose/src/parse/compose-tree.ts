import { type AliasEvent, type Event, EVENT_ID, getScalarValue, SCALAR_STYLE, type ScalarEvent } from "js-yaml/browser";
import type { ProblemList } from "../problem-list.ts";
import { suggestion } from "../suggestion.ts";
import { mergeKeys } from "./merge-keys.ts";
import {
  brokenNode,
  entriesNode,
  type Entry,
  type Node,
  type Scalar,
  sequenceNode,
  stringNode,
  valueNode,
} from "./node.ts";
import { below, type Path, pathOf } from "./path.ts";
import { plainScalar } from "./resolve-scalar.ts";
import { resolveTagged } from "./resolve-tagged.ts";
import type { RelaxedText } from "./relaxed-text.ts";
import type { SourceText, Span } from "./source-text.ts";
import { Trail } from "./trail.ts";

/** One document of a compose file. */
export interface ParsedDocument {
  /** Without the nodes that were tagged `!reset`. */
  readonly root: Node;
  /** Where `!reset` and `!override` stood: what earlier files have there is dropped before the merge. */
  readonly dropped: readonly Path[];
}

/** What an anchor stands for: aliases act as its text does at each use. */
interface Anchored {
  readonly node: Node | undefined;
  /** The number of nodes with its aliases expanded. */
  readonly size: number;
  /** Where its tags stand, from the node itself downwards. */
  readonly dropped: readonly Keys[];
}

type Keys = readonly (string | number)[];

const none: readonly Keys[] = [];

/** Aliases that bring more nodes than that are an attack, not a composition. */
const maxExpanded = 500_000;
const localTags = ["!reset", "!override"];

/** Builds nodes from the events of one text. Used once. */
export class ComposeTree {
  readonly #source: SourceText;
  /** What the events' offsets are in. */
  readonly #text: string;
  readonly #original: (offset: number) => number;
  readonly #events: readonly Event[];
  readonly #problems: ProblemList;
  readonly #names = new Map<string, string>();
  readonly #anchors = new Map<string, Anchored | "open">();
  /** The items so far of the lists that are being read: an array of the right size is made of them at a list's end. */
  readonly #items: Node[] = [];
  /** Where the node is that is being read. */
  readonly #trail = new Trail();
  #next = 0;
  /** Where the text read so far ends: empty values have no offset of their own. */
  #position = 0;
  #expanded = 0;
  /** About the node that was read last: its size, and where its tags stand. */
  #size = 1;
  #dropped: readonly Keys[] = none;

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
      this.#dropped = none;
      const node = this.#peek()?.type === EVENT_ID.POP ? this.#null() : this.#node();
      this.#next++;
      const dropped = this.#dropped.flatMap((keys) => pathOf(...keys) ?? []);
      documents.push({ root: node ?? this.#null(), dropped });
    }
    // What an attack expands to is not looked at any further; the problem is told.
    return this.#expanded > maxExpanded ? [] : documents;
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

  /** The next node; undefined if it was tagged `!reset`. */
  #node(): Node | undefined {
    const event = this.#events[this.#next++]!;
    this.#size = 1;
    this.#dropped = none;
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event);
    if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return this.#null();
    const { tagStart, tagEnd, anchorStart, anchorEnd } = event;
    const tag = tagStart < 0 ? undefined : this.#text.slice(tagStart, tagEnd);
    const anchor = anchorStart < 0 ? undefined : this.#text.slice(anchorStart, anchorEnd);
    if (tagEnd > this.#position) this.#position = tagEnd;
    if (anchorEnd > this.#position) this.#position = anchorEnd;
    if (anchor !== undefined) this.#anchors.set(anchor, "open");
    let node: Node | undefined;
    if (event.type === EVENT_ID.SCALAR) node = this.#scalar(event, tag);
    else if (event.type === EVENT_ID.SEQUENCE) node = this.#sequence(event.start);
    else node = this.#mapping(event.start);
    if (tag !== undefined && tag !== "!") node = this.#tagged(node, tag, event);
    if (anchor !== undefined) this.#anchors.set(anchor, { node, size: this.#size, dropped: this.#dropped });
    return node;
  }

  /** Counts what an alias brings; what is written out is as long as its file. */
  #expand(nodes: number, span: Span): void {
    const before = this.#expanded;
    this.#expanded += nodes;
    if (this.#expanded <= maxExpanded || before > maxExpanded) return;
    this.#problems.markIncomplete();
    const message = `aliases expand the file by more than ${maxExpanded} values`;
    this.#problems.error("COMPOSE_TOO_LARGE", message, { span, path: this.#trail.path });
  }

  #alias(event: AliasEvent): Node | undefined {
    const name = this.#text.slice(event.anchorStart, event.anchorEnd);
    const span = this.#span(event.anchorStart - 1, event.anchorEnd);
    this.#position = event.anchorEnd;
    const target = this.#anchors.get(name);
    if (target !== undefined && target !== "open") {
      this.#expand(target.size, span);
      // Beyond the limit nothing is expanded any more; the problem is told already.
      if (this.#expanded > maxExpanded) return brokenNode(span);
      this.#size = target.size;
      this.#dropped = target.dropped;
      return target.node;
    }
    const place = { span, path: this.#trail.path };
    if (target === "open") {
      this.#problems.error("COMPOSE_SYNTAX", `alias \`*${name}\` is inside of what it stands for`, place);
    } else {
      this.#problems.error("COMPOSE_SYNTAX", `alias \`*${name}\` has no anchor \`&${name}\` before it`, {
        ...place,
        hint: suggestion(name, this.#anchors.keys(), "an anchor is written before its alias: `&name`"),
      });
    }
    return brokenNode(span);
  }

  #scalar(event: ScalarEvent, tag: string | undefined): Node {
    if (event.valueStart < 0) {
      const span = this.#span(this.#position, this.#position);
      return tag === "!!str" ? stringNode("", span) : valueNode(null, span);
    }
    const quote = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED ? 1 : 0;
    const span = this.#span(event.valueStart - quote, event.valueEnd + quote);
    this.#position = span.end;
    const text = getScalarValue(this.#text, event);
    if (tag !== undefined && !localTags.includes(tag)) {
      return resolveTagged(text, tag, span, this.#trail.path, this.#problems);
    }
    if (event.style !== SCALAR_STYLE.PLAIN) return stringNode(text, span);
    return plainScalar(text, span);
  }

  #sequence(start: number): Node {
    this.#position = Math.max(this.#position, start + 1);
    const first = this.#items.length;
    let dropped: Keys[] | undefined;
    let size = 1;
    for (let index = 0; this.#peek()?.type !== EVENT_ID.POP; index++) {
      this.#trail.enter(index);
      const item = this.#node();
      this.#trail.leave();
      if (item) this.#items.push(item);
      for (const keys of this.#dropped) (dropped ??= []).push([index, ...keys]);
      size += this.#size;
    }
    this.#next++;
    this.#size = size;
    this.#dropped = dropped ?? none;
    return sequenceNode(this.#items.splice(first), this.#span(start, this.#position));
  }

  #mapping(start: number): Node {
    this.#position = Math.max(this.#position, start + 1);
    const entries = new Map<string, Entry>();
    const merges: Node[] = [];
    let dropped: Keys[] | undefined;
    let size = 1;
    let damaged = false;
    while (this.#peek()?.type !== EVENT_ID.POP) {
      const merging = this.#isMergeKey();
      const key = this.#node();
      const name = merging ? "<<" : this.#keyName(key);
      const inside = name !== undefined && !merging;
      if (inside) this.#trail.enter(name);
      const value = this.#node();
      if (inside) this.#trail.leave();
      size += this.#size;
      damaged ||= name === undefined;
      if (name === undefined) continue;
      if (merging && merges.length > 0) {
        this.#problems.error("COMPOSE_DUPLICATE_KEY", "key `<<` is there already", {
          span: key?.span,
          path: this.#trail.path,
          hint: "merge a list instead: `<<: [*one, *other]`",
        });
        continue;
      }
      if (merging) {
        if (value) merges.push(value);
        for (const keys of this.#dropped) (dropped ??= []).push(keys);
        continue;
      }
      for (const keys of this.#dropped) (dropped ??= []).push([name, ...keys]);
      const first = entries.get(name);
      if (first?.key) this.#duplicate(name, key?.span, first.key);
      else if (value) entries.set(name, { value, key: key?.span });
    }
    this.#next++;
    this.#size = size;
    this.#dropped = dropped ?? none;
    const mapping = entriesNode(entries, this.#span(start, this.#position), damaged);
    return merges.length > 0 ? mergeKeys(mapping, merges, this.#trail.path, this.#problems) : mapping;
  }

  #isMergeKey(): boolean {
    const event = this.#peek();
    if (event?.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.PLAIN) return false;
    return event.valueEnd - event.valueStart === 2 && this.#text.startsWith("<<", event.valueStart);
  }

  #keyName(key: Node | undefined): string | undefined {
    if (key?.kind === "scalar" && typeof key.value === "string" && !key.date) return this.#shared(key.value);
    const written = key?.span ? key.span.source.text.slice(key.span.start, key.span.end) : "";
    this.#problems.error("COMPOSE_KEY_NOT_STRING", `key \`${written}\` is not a string`, {
      span: key?.span,
      path: this.#trail.path,
      hint: key?.kind === "scalar" ? `put it in quotes: "${written}"` : "keys are plain text",
    });
    return undefined;
  }

  /** The one string for all keys of this name: such keys are compared, and found in tables, without being read. */
  #shared(name: string): string {
    const known = this.#names.get(name);
    if (known === undefined) this.#names.set(name, name);
    return known ?? name;
  }

  #duplicate(name: string, span: Span | undefined, first: Span): void {
    const { line } = first.source.range(first.start, first.end).start;
    this.#problems.error("COMPOSE_DUPLICATE_KEY", `key \`${name}\` is there already, on line ${line}`, {
      span,
      path: below(this.#trail.path, name),
      hint: "keep one of the two",
    });
  }

  #tagged(node: Node, tag: string, event: { tagStart: number; tagEnd: number }): Node | undefined {
    if (tag === "!reset") {
      this.#dropped = [[]];
      return undefined;
    }
    if (tag === "!override") {
      this.#dropped = [[], ...this.#dropped];
      return node;
    }
    if (tag === "!!seq" || tag === "!!map" || (node.kind === "scalar" && tag.startsWith("!!"))) return node;
    this.#problems.warn("COMPOSE_SYNTAX", `tag \`${tag}\` means nothing in a compose file`, {
      span: this.#span(event.tagStart, event.tagEnd),
      path: this.#trail.path,
      hint: suggestion(tag, localTags, "it has no effect; compose knows `!reset` and `!override`"),
    });
    return node;
  }
}
