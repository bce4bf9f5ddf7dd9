import type { Mapping, Node, Scalar } from "../parse/node.ts";
import { plainValue } from "../parse/plain-value.ts";
import { formatDuration, parseDuration } from "../schema/parse-duration.ts";
import { parseSize } from "../schema/parse-size.ts";
import { readNumber } from "../schema/read-number.ts";
import { readBoolean } from "../schema/read-boolean.ts";
import type { RecordShape, ScalarShape, Shape } from "../schema/shape.ts";
import { splitCommand } from "../schema/split-command.ts";
import { assignmentPairs } from "./assignment-pairs.ts";
import { readHosts } from "./read-hosts.ts";
import { setOwn } from "./set-own.ts";

/**
 * A valid node in its long form as the plain data of the project. Fields that are false, 0 or empty are left out
 * unless their shape keeps them, and so are fields of the user's own, but those of services and of other main parts.
 */
export function decode(node: Node, shape: Shape): unknown {
  switch (shape.kind) {
    case "record":
      return node.kind === "mapping" ? decodeFields(node, shape, {}) : null;
    case "map":
      return node.kind === "mapping" ? decodeMap(node, shape.value) : {};
    case "list":
      return node.kind === "sequence" ? node.items.map((item) => decode(item, shape.item)) : [];
    case "byKind":
      return decode(node, shape[node.kind] ?? shape.mapping ?? anything);
    case "assignments":
      return decodeAssignments(node, shape.nulls ?? false);
    case "hosts":
      return readHosts(node).toSorted();
    case "texts":
      return node.kind === "sequence" ? node.items.map(textOf) : node.kind === "scalar" ? [node.text] : [];
    case "command":
      return decodeCommand(node);
    case "check":
      return node.kind === "sequence" ? node.items.map(textOf) : ["CMD-SHELL", textOf(node)];
    case "anything":
      return plainValue(node);
    case "external":
      return node.kind === "scalar" && decodeScalar(node, { kind: "boolean" });
    case "text":
    case "boolean":
    case "number":
    case "bytes":
    case "duration":
    case "fileMode":
    case "deviceCount":
      return node.kind === "scalar" ? decodeScalar(node, shape) : undefined;
    default:
      return shape satisfies never;
  }
}

const anything: Shape = { kind: "anything" };

/** Adds the fields of a record to `result`. */
export function decodeFields(
  node: Mapping,
  { fields, keepsOwn }: RecordShape,
  result: Record<string, unknown>,
): Record<string, unknown> {
  node.entries.forEach(({ value: field }, key) => {
    const written = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (!written) {
      if (keepsOwn && key.startsWith("x-")) result[key] = plainValue(field);
      return;
    }
    const shape = written.kind === "byKind" ? (written[field.kind] ?? written) : written;
    const value = decode(field, shape);
    if (!isLeftOut(value, shape)) result[key] = value;
  });
  return result;
}

/** Whether a decoded value says nothing: the reference implementation leaves such fields out. */
function isLeftOut(value: unknown, shape: Shape): boolean {
  if (value === undefined || value === null) return true;
  if (shape.keepZero) return false;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === "object") return shape.kind !== "record" && Object.keys(value).length === 0;
  return value === false || value === 0 || value === "" || (shape.kind === "bytes" && value === "0");
}

function decodeMap(node: Mapping, shape: Shape): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  node.entries.forEach(({ value }, key) => setOwn(result, key, decode(value, shape)));
  return result;
}

function decodeAssignments(node: Node, nulls: boolean): Record<string, string | null> {
  const result: Record<string, string | null> = {};
  for (const { key, value } of assignmentPairs(node)) setOwn(result, key, value ?? (nulls ? null : ""));
  return result;
}

function decodeCommand(node: Node): string[] | undefined {
  if (node.kind === "sequence") return node.items.map(textOf);
  return node.kind === "scalar" && node.value !== null ? splitCommand(node.text)?.words : undefined;
}

function decodeScalar(node: Scalar, shape: ScalarShape): unknown {
  switch (shape.kind) {
    case "text":
      return node.text;
    case "boolean":
      return typeof node.value === "string" ? readBoolean(node.value) : node.value;
    case "number":
      return shape.whole ? Math.trunc(readValue(node)) : roundToSingle(readValue(node));
    case "bytes":
      if (typeof node.value === "string") return BigInt(parseSize(node.value) ?? 0).toString();
      return node.float ? "0" : node.text;
    case "duration":
      return formatDuration(parseDuration(node.text) ?? 0);
    case "fileMode":
      return typeof node.value === "number"
        ? `0${node.value.toString(8)}`
        : `0${Number.parseInt(node.text, 8).toString(8)}`;
    case "deviceCount":
      return node.value === "all" ? -1 : Number(node.value);
    default:
      return shape satisfies never;
  }
}

function readValue({ value, text }: Scalar): number {
  return typeof value === "string" ? (readNumber(text, false) ?? 0) : Number(value);
}

/** The shortest number that is the same in single precision, which is what the reference implementation counts in. */
function roundToSingle(value: number): number {
  const single = Math.fround(value);
  for (let digits = 1; digits < 10; digits++) {
    const shorter = Number(single.toPrecision(digits));
    if (Math.fround(shorter) === single) return shorter;
  }
  return single;
}

function textOf(node: Node): string {
  return node.kind === "scalar" ? node.text : "";
}
