import { formatGoFloat } from "./go-format.ts";
import { type Scalar, scalarNode, stringNode, valueNode } from "./node.ts";
import type { Span } from "./source-text.ts";

/** A scalar without its place. */
export type ScalarContent = Pick<Scalar, "value" | "text" | "float" | "date">;

/**
 * What YAML makes of unquoted text, by the rules of the reference implementation (go-yaml v3: YAML 1.2 with the octal,
 * binary and underscored numbers of 1.1, but without its `yes` and `no`).
 */
export function resolvePlain(text: string): ScalarContent {
  if (/^(?:~|null|Null|NULL|)$/.test(text)) return { value: null, text: "" };
  if (/^(?:true|True|TRUE)$/.test(text)) return { value: true, text: "true" };
  if (/^(?:false|False|FALSE)$/.test(text)) return { value: false, text: "false" };
  if (/^\d{4}-/.test(text) && isDate(text)) return { value: text, text, date: true };
  return resolveNumber(text) ?? { value: text, text };
}

/** The scalar that unquoted text at `span` stands for. */
export function plainScalar(text: string, span: Span): Scalar {
  // Most text starts with a letter that no other value starts with.
  if (/^[a-eg-mo-su-zA-EG-MO-SU-Z/"]/.test(text)) return stringNode(text, span);
  if (/^(?:0|[1-9]\d{0,14})$/.test(text)) return valueNode(Number(text), span);
  // An amount with a unit: no number has one of these letters after its digits.
  if (/^\d+[g-np-wyzG-NP-WYZ]/.test(text)) return stringNode(text, span);
  return scalarNode(resolvePlain(text), span);
}

/** The number that `text` is, if it is one. */
export function resolveNumber(text: string): ScalarContent | undefined {
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text)) return float(text.startsWith("-") ? -Infinity : Infinity);
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return float(Number.NaN);
  if (!/^[-+.\d]/.test(text)) return undefined;
  const digits = text.replaceAll("_", "");
  const whole = wholeNumber(digits);
  if (whole !== undefined) return { value: Number(whole), text: whole.toString() };
  if (!/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(digits)) return undefined;
  const value = Number(digits);
  return Number.isFinite(value) ? float(value) : undefined;
}

function float(value: number): ScalarContent {
  return { value, text: formatGoFloat(value), float: true };
}

/** Go's strconv.ParseInt with base 0, then ParseUint: 0755 is octal, and what doesn't fit in 64 bits is no integer. */
function wholeNumber(text: string): bigint | undefined {
  const match = /^([-+]?)(?:(0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+)|0([0-7]+)|(0|[1-9]\d*))$/.exec(text);
  if (!match) return undefined;
  const [, sign, prefixed, octal, decimal] = match;
  const size = BigInt(prefixed ?? (octal === undefined ? (decimal ?? "0") : `0o${octal}`));
  const value = sign === "-" ? -size : size;
  if (value < -(2n ** 63n) || value >= 2n ** (sign === "" ? 64n : 63n)) return undefined;
  return value;
}

function isDate(text: string): boolean {
  const match =
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:Z|[-+]\d\d:\d\d))|(?: \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?))?$/.exec(
      text,
    );
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
