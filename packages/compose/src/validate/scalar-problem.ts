import type { Node, Scalar } from "../parse/node.ts";
import { parseDuration } from "../schema/parse-duration.ts";
import { parseSize } from "../schema/parse-size.ts";
import { readBoolean } from "../schema/read-boolean.ts";
import { readNumber } from "../schema/read-number.ts";
import type { NumberShape, ScalarShape, SizeShape, Text } from "../schema/shape.ts";
import { splitCommand } from "../schema/split-command.ts";

/** Why a node is not of a shape that is one value. */
export interface ScalarProblem {
  /** What had to be there, where something of another kind is. */
  readonly wanted?: string;
  /** What is wrong with it, where the kind is right. */
  readonly message?: string;
  readonly hint?: string | undefined;
  /** It is taken all the same, but not as its writer may think. */
  readonly harmless?: boolean;
}

/** A shape that one value can have. */
export type ValueShape = ScalarShape | { readonly kind: "command" } | { readonly kind: "check" };

const quoteIt = (node: Scalar): string => `put it in quotes: "${node.text}"`;

/** What is wrong with `node` as a value of `shape`; undefined if nothing is. */
export function scalarProblem(node: Node, shape: ValueShape): ScalarProblem | undefined {
  if (node.kind !== "scalar") return { wanted: nameOf(shape) };
  if (node.date) return { wanted: nameOf(shape), hint: quoteIt(node) };
  switch (shape.kind) {
    case "text":
      return textProblem(node, shape);
    case "number":
      return numberProblem(node, shape);
    case "boolean":
      return booleanProblem(node, shape.strict ?? false);
    case "bytes":
      return sizeProblem(node, shape);
    case "duration":
      if (typeof node.value !== "string") return { wanted: nameOf(shape), hint: "a duration has a unit, as in 10s" };
      if (parseDuration(node.value) !== undefined) return undefined;
      return { message: `\`${node.value}\` is not a duration`, hint: "write it with units, as in 1m30s" };
    case "fileMode":
      if (isTooLarge(node)) return tooLarge(node);
      if (typeof node.value === "number" && !node.float && node.value >= 0) return undefined;
      if (typeof node.value === "string" && /^0?[0-7]{1,5}$/.test(node.value)) return undefined;
      return { message: `\`${node.text}\` is not a file mode`, hint: "write it in octal digits, as in 0440" };
    case "deviceCount":
      if (isTooLarge(node)) return tooLarge(node);
      if (node.value === "all" || (typeof node.value === "number" && !node.float)) return undefined;
      if (typeof node.value === "string" && /^-?\d+$/.test(node.value)) return undefined;
      return { message: `\`${node.text}\` is not a number of devices`, hint: "write a number or `all`" };
    case "command":
    case "check":
      return commandProblem(node, shape.kind === "command");
    default:
      return shape satisfies never;
  }
}

/** Whole numbers have 64 bits, and a sign. The largest of them is no number of JavaScript. */
function isTooLarge({ value, float }: Scalar): boolean {
  return typeof value === "number" && !float && Math.abs(value) >= 2 ** 63;
}

function tooLarge({ text }: Scalar): ScalarProblem {
  return { message: `${text} does not fit in 64 bits` };
}

function textProblem(node: Scalar, shape: Text): ScalarProblem | undefined {
  if (typeof node.value !== "string") {
    const kind = node.value === null ? "null" : typeof node.value;
    const wrongNumber = shape.noFloat && (node.float || isTooLarge(node));
    if (!wrongNumber && shape.scalars?.some((one) => one === kind)) return undefined;
    return { wanted: nameOf(shape), hint: node.value === null ? undefined : quoteIt(node) };
  }
  if (shape.choices && !shape.choices.includes(node.value)) {
    if (shape.choices.length === 0) return { wanted: "a list", hint: `make it a list: [${node.text}]` };
    if (shape.choices.length === 1) return { message: `\`${node.value}\` is not \`${shape.choices[0]}\`` };
    return { message: `\`${node.value}\` is none of ${shape.choices.join(", ")}` };
  }
  if (shape.pattern && !shape.pattern.test(node.value)) {
    return { message: `\`${node.value}\` is not ${shape.expected}` };
  }
  return undefined;
}

function numberProblem(node: Scalar, shape: NumberShape): ScalarProblem | undefined {
  const text = typeof node.value === "string" && !shape.strict ? node.value : undefined;
  const value = typeof node.value === "number" ? node.value : text && readNumber(text, shape.whole);
  if (typeof value !== "number" || !Number.isFinite(value)) {
    return typeof node.value === "string" && !shape.strict
      ? { message: `\`${node.value}\` is not ${nameOf(shape)}` }
      : { wanted: nameOf(shape) };
  }
  if (shape.noFloat && (!Number.isInteger(value) || (node.float && shape.noFloat === "always"))) {
    return { message: `${node.text} is not a whole number` };
  }
  if (isTooLarge(node) || (shape.whole && Math.abs(value) >= 2 ** 63)) return tooLarge(node);
  if (shape.min !== undefined && value < shape.min) return { message: `${node.text} is less than ${shape.min}` };
  if (shape.max !== undefined && value > shape.max) return { message: `${node.text} is more than ${shape.max}` };
  if (shape.whole && !Number.isInteger(value)) {
    return { message: `${node.text} is cut to ${Math.trunc(value)}`, hint: "write a whole number", harmless: true };
  }
  return undefined;
}

function booleanProblem(node: Scalar, strict: boolean): ScalarProblem | undefined {
  if (typeof node.value === "boolean") return undefined;
  if (strict || typeof node.value !== "string") return { wanted: "true or false" };
  return readBoolean(node.value) === undefined ? { message: `\`${node.value}\` is neither true nor false` } : undefined;
}

function sizeProblem(node: Scalar, shape: SizeShape): ScalarProblem | undefined {
  const { strict } = shape;
  if (typeof node.value === "number" && !strict) {
    if (shape.min !== undefined && node.value < shape.min) return { message: `${node.text} is less than ${shape.min}` };
    // Sizes stay the digits that they are, so the largest one is let through.
    if (Math.abs(node.value) >= 2 ** 63 && node.text !== "9223372036854775807") return tooLarge(node);
    if (!node.float) return undefined;
    if (shape.noFloat && !Number.isInteger(node.value))
      return { message: `${node.text} is not a whole number of bytes` };
    const hint = "write it as a whole number or in quotes";
    return { message: `a size with a fraction or exponent, as ${node.text}, is no limit at all`, hint, harmless: true };
  }
  if (typeof node.value !== "string") return { wanted: "a size, as in 512m", hint: strict ? quoteIt(node) : undefined };
  if (parseSize(node.value) !== undefined) return undefined;
  return { message: `\`${node.value}\` is not a size`, hint: "write it with a unit, as in 512m or 1.5g" };
}

function commandProblem(node: Scalar, split: boolean): ScalarProblem | undefined {
  if (node.value === null && split) return undefined;
  if (typeof node.value !== "string") return { wanted: nameOf({ kind: "command" }) };
  if (!split || splitCommand(node.value)) return undefined;
  return {
    message: `\`${node.value}\` cannot be split into words: a quote or parenthesis is open`,
    hint: 'for a shell, write ["sh", "-c", "..."]',
  };
}

function nameOf(shape: ValueShape): string {
  switch (shape.kind) {
    case "text":
      return listed(["a string", ...(shape.scalars ?? []).map((kind) => (kind === "null" ? "nothing" : `a ${kind}`))]);
    case "number":
      return shape.whole ? "a whole number" : "a number";
    case "boolean":
      return "true or false";
    case "bytes":
      return "a size, as in 512m";
    case "duration":
      return "a duration, as in 1m30s";
    case "fileMode":
      return "a file mode in octal digits";
    case "deviceCount":
      return "a number or `all`";
    case "command":
    case "check":
      return "a string or a list of strings";
    default:
      return shape satisfies never;
  }
}

/** "a, b or c". */
function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
