import { didYouMean, type Problem } from "@slipway/errors";
import type { ComposeErrorCode } from "./compose-error.ts";
import { describeNode, type YamlNode } from "./yaml-node.ts";

/** Where problems go. */
export interface ReadContext {
  readonly problems: Problem<ComposeErrorCode>[];
}

/** Reads a value of the document; what is wrong with it goes to the problems, and then there is no value. */
export type Reader<T> = (node: YamlNode, path: string, context: ReadContext) => T | undefined;

/** Notes that a value is not what was expected. */
export function badValue(
  node: YamlNode,
  path: string,
  context: ReadContext,
  expected: string,
  hint?: string,
): undefined {
  context.problems.push({
    code: "COMPOSE_BAD_VALUE",
    message: `\`${path}\` must be ${expected}; read ${describeNode(node)}`,
    path,
    ...(hint ? { hint } : {}),
    ...(node.range ? { range: node.range } : {}),
  });
  return undefined;
}

export const text: Reader<string> = (node, path, context) =>
  node.kind === "scalar" && node.value !== null ? node.text : badValue(node, path, context, "a string");

export const flag: Reader<boolean> = (node, path, context) => {
  if (node.kind === "scalar") {
    if (typeof node.value === "boolean") return node.value;
    if (/^(?:true|yes|on|y|1)$/i.test(node.text)) return true;
    if (/^(?:false|no|off|n|0)$/i.test(node.text)) return false;
  }
  return badValue(node, path, context, "true or false");
};

export const number: Reader<number> = (node, path, context) => {
  if (node.kind === "scalar" && node.text.trim() !== "" && Number.isFinite(Number(node.text))) return Number(node.text);
  return badValue(node, path, context, "a number");
};

export const size: Reader<string | number> = (node, path, context) => {
  if (node.kind === "scalar" && (node.value === -1 || /^\d+(?:\.\d+)?\s*(?:[kmgtp]?i?b?)$/i.test(node.text))) {
    return typeof node.value === "number" ? node.value : node.text;
  }
  return badValue(node, path, context, "a size", "such as 64m or 1gb");
};

export const duration: Reader<string> = (node, path, context) => {
  if (node.kind === "scalar" && /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d|w))+$|^0$/.test(node.text)) return node.text;
  return badValue(node, path, context, "a duration", "such as 1m30s");
};

/** One of several words. */
export function oneOf<const T extends string>(...words: readonly T[]): Reader<T> {
  return (node, path, context) => {
    if (node.kind === "scalar" && (words as readonly string[]).includes(node.text)) return node.text as T;
    const near = node.kind === "scalar" ? didYouMean(node.text, words) : undefined;
    return badValue(node, path, context, `one of ${words.join(", ")}`, near && `did you mean ${near}?`);
  };
}

/** A list; a null one is empty. */
export function list<T>(item: Reader<T>): Reader<T[]> {
  return (node, path, context) => {
    if (isNull(node)) return [];
    if (node.kind !== "list") return badValue(node, path, context, "a list");
    return node.items.flatMap((child, i) => item(child, `${path}[${i}]`, context) ?? []);
  };
}

/** A list of strings, or one of them alone. */
export const textOrList: Reader<string[]> = (node, path, context) =>
  node.kind === "scalar" && node.value !== null ? [node.text] : list(text)(node, path, context);

/** A map of values of one kind. */
export function mapOf<T>(value: Reader<T>): Reader<Record<string, T>> {
  return (node, path, context) => {
    if (isNull(node)) return {};
    if (node.kind !== "map") return badValue(node, path, context, "a map");
    const result: [string, T][] = [];
    for (const [key, entry] of node.entries) {
      const read = value(entry.value, `${path}.${key}`, context);
      if (read !== undefined) result.push([key, read]);
    }
    return Object.fromEntries(result);
  };
}

/** `NAME: value`, or a list of `NAME=value`; a name alone has no value. */
export const pairs: Reader<Record<string, string | null>> = (node, path, context) => {
  if (isNull(node)) return {};
  const result: [string, string | null][] = [];
  if (node.kind === "list") {
    for (const [i, item] of node.items.entries()) {
      const pair = text(item, `${path}[${i}]`, context);
      if (pair === undefined) continue;
      const at = pair.indexOf("=");
      result.push(at < 0 ? [pair, null] : [pair.slice(0, at), pair.slice(at + 1)]);
    }
  } else if (node.kind === "map") {
    for (const [key, { value }] of node.entries) {
      if (value.kind === "scalar") result.push([key, value.value === null ? null : value.text]);
      else badValue(value, `${path}.${key}`, context, "a string");
    }
  } else return badValue(node, path, context, "a map, or a list of NAME=value");
  return Object.fromEntries(result);
};

/** Pairs in which a name without a value has an empty one. */
export const labels: Reader<Record<string, string>> = (node, path, context) => {
  const read = pairs(node, path, context);
  return read && Object.fromEntries(Object.entries(read).map(([name, value]) => [name, value ?? ""]));
};

/** The first reader's value for a scalar, else the second's. */
export function scalarOr<S, T>(scalar: Reader<S>, other: Reader<T>): Reader<S | T> {
  return (node, path, context) =>
    node.kind === "scalar" && node.value !== null ? scalar(node, path, context) : other(node, path, context);
}

/** What an object's readers give. */
export type Shape<F extends Record<string, Reader<unknown>>> = {
  -readonly [K in keyof F]?: NonNullable<ReturnType<F[K]>>;
};

/** A map of known fields; others, save `x-` ones, are problems. A field that is null counts as not given. */
export function object<F extends Record<string, Reader<unknown>>>(
  fields: F,
  refused: Readonly<Record<string, string>> = {},
): Reader<Shape<F>> {
  return (node, path, context) => {
    if (isNull(node)) return {};
    if (node.kind !== "map") return badValue(node, path, context, "a map");
    const result: Record<string, unknown> = {};
    for (const [key, { keyRange, value }] of node.entries) {
      const below = path === "" ? key : `${path}.${key}`;
      const reader = Object.hasOwn(fields, key) ? fields[key] : undefined;
      const place = keyRange ? { range: keyRange } : {};
      if (reader) {
        if (isNull(value) && !nullable.has(reader)) continue;
        const read = reader(value, below, context);
        if (read !== undefined) result[key] = read;
      } else if (Object.hasOwn(refused, key)) {
        context.problems.push({
          code: "COMPOSE_UNSUPPORTED",
          message: `\`${below}\` is not supported: ${refused[key]}`,
          hint: "take it out, or use `docker compose config` to resolve it beforehand",
          path: below,
          ...place,
        });
      } else if (!key.startsWith("x-")) {
        const near = didYouMean(key, Object.keys(fields));
        context.problems.push({
          code: "COMPOSE_UNKNOWN_FIELD",
          message: `unknown field \`${below}\``,
          hint: near ? `did you mean \`${near}\`?` : "remove it, or begin its name with x-",
          path: below,
          ...place,
        });
      }
    }
    return result as Shape<F>;
  };
}

/** Readers that want to see a null. */
const nullable = new WeakSet<Reader<unknown>>();

/** Marks a reader whose field means something although it is empty. */
export function seesNull<T>(reader: Reader<T>): Reader<T> {
  nullable.add(reader);
  return reader;
}

/** Whether nothing is written. */
export function isNull(node: YamlNode): boolean {
  return node.kind === "scalar" && node.value === null;
}
