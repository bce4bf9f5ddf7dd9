import type { ByKind, MapShape, NumberShape, RecordShape, Shape, Text } from "./shape.ts";

// The words that the tables of this folder are written in.

export const text: Text = { kind: "text" };
export const textOrNumber: Text = { kind: "text", scalars: ["number"] };
export const textOrWhole: Text = { kind: "text", scalars: ["number"], noFloat: true };
export const textOrBoolean: Text = { kind: "text", scalars: ["boolean"] };
export const boolean: Shape = { kind: "boolean" };
export const strictBoolean: Shape = { kind: "boolean", strict: true };
export const number: NumberShape = { kind: "number", whole: false };
export const whole: NumberShape = { kind: "number", whole: true, noFloat: true };
/** A whole number that is not negative. */
export const count: NumberShape = { kind: "number", whole: true, noFloat: true, min: 0 };
/** A whole number that may be written with a fraction, which is cut off. */
export const cutNumber: NumberShape = { kind: "number", whole: true };
export const bytes: Shape = { kind: "bytes" };
export const wholeBytes: Shape = { kind: "bytes", noFloat: true };
export const duration: Shape = { kind: "duration" };
export const fileMode: Shape = { kind: "fileMode" };
export const texts: Shape = { kind: "texts" };
export const textList: Shape = { kind: "list", item: text };
export const uniqueTexts: Shape = { kind: "list", item: text, unique: true };
export const labels: Shape = { kind: "assignments" };
export const variables: Shape = { kind: "assignments", nulls: true };
export const hosts: Shape = { kind: "hosts" };
export const command: Shape = { kind: "command", keepZero: true };

/** What the keys of services, volumes and other resources look like. Those of networks and models may be anything. */
export const resourceKey: RegExp = /^[a-zA-Z0-9._-]+$/;

export function choice(...choices: readonly string[]): Text {
  return { kind: "text", choices };
}

export function list(item: Shape): Shape {
  return { kind: "list", item };
}

export function map(value: Shape, keys?: RegExp): MapShape {
  return keys ? { kind: "map", value, keys } : { kind: "map", value };
}

export function record(
  title: string,
  fields: Readonly<Record<string, Shape>>,
  more: Omit<Partial<RecordShape>, "kind" | "title" | "fields"> = {},
): RecordShape {
  return { kind: "record", title, fields, ...more };
}

export function byKind(shapes: Omit<ByKind, "kind">): ByKind {
  return { kind: "byKind", ...shapes };
}

/** The same shape, for a field whose false, 0 or empty value says something. */
export function kept<S extends Shape>(shape: S): S {
  return { ...shape, keepZero: true };
}
