import { LineIndex, type Problem } from "@slipway/errors";
import {
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAMLException,
} from "js-yaml";
import { ComposeError, type ComposeErrorCode } from "./compose-error.ts";
import type { MapEntry, YamlNode } from "./yaml-node.ts";

/** How many nodes aliases may add to a document before it is taken for an attack. */
const maxAliasedNodes = 1_000_000;

/**
 * Reads a file's one YAML document, with every value's place.
 * @throws ComposeError for YAML that is malformed, duplicate keys, several documents, tags that aren't understood
 */
export function readYaml(text: string, file: string): YamlNode | undefined {
  let events: Event[];
  const source = text.replace(/^\uFEFF/, " ");
  const index = new LineIndex(source, file);
  try {
    events = parseEvents(source, { filename: file });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const at = error.mark?.position ?? 0;
    const range = index.range(at, at + 1);
    throw new ComposeError("COMPOSE_BAD_YAML", `${file}:${range.start.line}:${range.start.column}: ${error.reason}`, {
      cause: error,
      range,
      hint: "the file is not valid YAML here; look at the indentation, and at quotes and brackets that are not closed",
      problems: [
        {
          code: "COMPOSE_BAD_YAML",
          message: error.reason,
          range,
          hint: "look at the indentation, and at quotes and brackets that are not closed",
        },
      ],
    });
  }
  const reader = new Reader(source, events, index);
  const node = reader.read();
  ComposeError.throwAll(reader.problems);
  return node;
}

class Reader {
  readonly problems: Problem<ComposeErrorCode>[] = [];
  readonly #source: string;
  readonly #events: readonly Event[];
  readonly #index: LineIndex;
  readonly #anchors = new Map<string, { node: YamlNode; size: number }>();
  #at = 0;
  #size = 0;
  #aliased = 0;

  constructor(source: string, events: readonly Event[], index: LineIndex) {
    this.#source = source;
    this.#events = events;
    this.#index = index;
  }

  read(): YamlNode | undefined {
    let document: YamlNode | undefined;
    while (this.#at < this.#events.length) {
      const event = this.#events[this.#at++] as Event;
      if (event.type !== EVENT_ID.DOCUMENT) continue;
      if (document) {
        this.#problem(
          "COMPOSE_UNSUPPORTED",
          "a file with several documents is not supported",
          this.#start(this.#events[this.#at]),
          "put them into files of their own",
        );
        break;
      }
      if (this.#events[this.#at]?.type !== EVENT_ID.POP) document = this.#node();
      this.#at += 1;
    }
    return document;
  }

  #node(): YamlNode {
    const event = this.#events[this.#at++] as Event;
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event.anchorStart, event.anchorEnd);
    if (event.type !== EVENT_ID.SCALAR && event.type !== EVENT_ID.MAPPING && event.type !== EVENT_ID.SEQUENCE) {
      throw new ComposeError("COMPOSE_BAD_YAML", "the YAML parser gave an event that is out of place");
    }
    const sizeBefore = this.#size++;
    const tag = event.tagStart < 0 ? "" : this.#source.slice(event.tagStart, event.tagEnd);
    if (tag && !/^!!(?:str|int|float|bool|null|map|seq)$/.test(tag)) {
      this.#problem("COMPOSE_UNSUPPORTED", `the tag \`${tag}\` is not supported`, event.tagStart, "take it out");
    }
    const node =
      event.type === EVENT_ID.SCALAR
        ? this.#scalar(event, tag)
        : event.type === EVENT_ID.MAPPING
          ? this.#map(event.start)
          : this.#list(event.start);
    if (event.anchorStart >= 0) {
      const name = this.#source.slice(event.anchorStart, event.anchorEnd);
      this.#anchors.set(name, { node, size: this.#size - sizeBefore });
    }
    return node;
  }

  #scalar(event: ScalarEvent, tag: string): YamlNode {
    const text = getScalarValue(this.#source, event);
    const plain = event.style === SCALAR_STYLE.PLAIN && tag !== "!!str";
    const range = this.#index.range(event.valueStart, event.valueEnd);
    return { kind: "scalar", value: plain ? plainValue(text) : text, text, range };
  }

  #list(start: number): YamlNode {
    const items: YamlNode[] = [];
    while (this.#events[this.#at]?.type !== EVENT_ID.POP) items.push(this.#node());
    this.#at += 1;
    return { kind: "list", items, range: this.#index.range(start, start + 1) };
  }

  #map(start: number): YamlNode {
    const own = new Map<string, MapEntry>();
    const merged = new Map<string, MapEntry>();
    while (this.#events[this.#at]?.type !== EVENT_ID.POP) {
      const key = this.#node();
      const value = this.#node();
      if (key.kind !== "scalar") {
        this.#problem("COMPOSE_BAD_VALUE", "a key must be a string", key.range?.start.offset ?? start);
      } else if (key.text === "<<") this.#merge(merged, value, key.range?.start.offset ?? start);
      else if (own.has(key.text)) {
        this.#problem(
          "COMPOSE_DUPLICATE_KEY",
          `the key \`${key.text}\` is there twice`,
          key.range?.start.offset ?? start,
          "keep one of the two",
        );
      } else own.set(key.text, { keyRange: key.range, value });
    }
    this.#at += 1;
    for (const [key, entry] of merged) if (!own.has(key)) own.set(key, entry);
    return { kind: "map", entries: own, range: this.#index.range(start, start + 1) };
  }

  /** The merge key: the first of several maps wins. */
  #merge(into: Map<string, MapEntry>, value: YamlNode, offset: number): void {
    const maps = value.kind === "list" ? value.items : [value];
    for (const map of maps) {
      if (map.kind !== "map") this.#problem("COMPOSE_BAD_VALUE", "`<<` takes a map, or a list of maps", offset);
      else for (const [key, entry] of map.entries) if (!into.has(key)) into.set(key, entry);
    }
  }

  #alias(start: number, end: number): YamlNode {
    const name = this.#source.slice(start, end);
    const anchor = this.#anchors.get(name);
    if (!anchor) {
      this.#problem("COMPOSE_UNKNOWN_REFERENCE", `there is no anchor \`&${name}\` before this`, start);
      return { kind: "scalar", value: null, text: "", range: this.#index.range(start, end) };
    }
    this.#size += anchor.size;
    this.#aliased += anchor.size;
    if (this.#aliased > maxAliasedNodes) {
      throw new ComposeError("COMPOSE_BAD_YAML", "the file's aliases unfold to more than a million values", {
        range: this.#index.range(start, end),
      });
    }
    return anchor.node;
  }

  #start(event: Event | undefined): number {
    return event && "start" in event ? event.start : event && "valueStart" in event ? event.valueStart : 0;
  }

  #problem(code: ComposeErrorCode, message: string, offset: number, hint?: string): void {
    this.problems.push({ code, message, range: this.#index.range(offset, offset + 1), ...(hint ? { hint } : {}) });
  }
}

/** A plain scalar by YAML's core schema. */
function plainValue(text: string): string | number | boolean | null {
  if (text === "" || text === "~" || /^null$/i.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?\d+$/.test(text)) {
    const octal = /^0[0-7]+$/.test(text);
    const number = octal ? Number.parseInt(text, 8) : Number(text);
    return Number.isSafeInteger(number) ? number : text;
  }
  if (/^0x[0-9a-fA-F]+$|^0o[0-7]+$/.test(text)) return Number(text);
  if (/^[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?$/.test(text)) return Number(text);
  return text;
}
