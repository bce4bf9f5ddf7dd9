/**
 * What a value of a composition may be, and what it becomes in the normalised project. One table of shapes serves
 * validation and decoding. `keepZero` on a field: a false, 0 or empty value says something and is kept.
 */
export type Shape =
  | ScalarShape
  | { readonly kind: "list"; readonly item: Shape; readonly unique?: boolean; readonly keepZero?: boolean }
  | RecordShape
  | MapShape
  /** One shape for a scalar, one for a list, one for a mapping. */
  | ByKind
  /** `KEY=value` items or a mapping. Values become strings; null stays where `nulls` is set, otherwise it is empty. */
  | { readonly kind: "assignments"; readonly nulls?: boolean; readonly keepZero?: boolean }
  /** `host=address` items, or a mapping from hosts to one address or several. */
  | { readonly kind: "hosts"; readonly keepZero?: boolean }
  /** A command line, split as a shell would, or a list of words. */
  | { readonly kind: "command"; readonly keepZero?: boolean }
  /** A healthcheck's test: a list as it stands, a string for the shell. */
  | { readonly kind: "check"; readonly keepZero?: boolean }
  /** One string or a list of them. */
  | { readonly kind: "texts"; readonly keepZero?: boolean }
  /** Whether somebody else makes a resource: a boolean, or the old `{name: …}`. */
  | { readonly kind: "external"; readonly open?: boolean; readonly keepZero?: boolean }
  | { readonly kind: "anything"; readonly keepZero?: boolean };

/** What one value may be. */
export type ScalarShape =
  | Text
  | { readonly kind: "boolean"; readonly strict?: boolean; readonly keepZero?: boolean }
  | NumberShape
  | SizeShape
  | { readonly kind: "duration"; readonly keepZero?: boolean }
  | { readonly kind: "fileMode"; readonly keepZero?: boolean }
  /** A count of devices, or `all`. */
  | { readonly kind: "deviceCount"; readonly keepZero?: boolean };

/** A string; with `scalars` also other values, which become one. */
export interface Text {
  readonly kind: "text";
  readonly scalars?: readonly ("number" | "boolean" | "null")[];
  /** Of the numbers, not those that were written with a fraction or an exponent. */
  readonly noFloat?: boolean;
  readonly choices?: readonly string[];
  readonly pattern?: RegExp;
  /** What the pattern stands for, in words. */
  readonly expected?: string;
  readonly keepZero?: boolean;
}

/** A number of bytes, also with a unit; only that where it is `strict`. */
export interface SizeShape {
  readonly kind: "bytes";
  readonly strict?: boolean;
  /** Not a number that was written with a fraction or an exponent. */
  readonly noFloat?: boolean;
  readonly min?: number;
  readonly keepZero?: boolean;
}

/** A number, also written as a string. */
export interface NumberShape {
  readonly kind: "number";
  readonly whole: boolean;
  /** Written as a number, not as a string. */
  readonly strict?: boolean;
  /** Not one with a fraction; `always`: not even one that was written as if it had one, such as 1e3. */
  readonly noFloat?: boolean | "always";
  readonly min?: number;
  readonly max?: number;
  readonly keepZero?: boolean;
}

/** A mapping with known fields. Fields that start with `x-` are let be unless it is `closed`. */
export interface RecordShape {
  readonly kind: "record";
  /** What it is, in words: "a service". */
  readonly title: string;
  readonly fields: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  /** Fields that start with `x-` are in the project, as they were written. */
  readonly keepsOwn?: boolean;
  readonly closed?: boolean;
  /** Fields that it doesn't have are let be, without effect. */
  readonly open?: boolean;
  readonly nullable?: boolean;
  readonly keepZero?: boolean;
}

/** A mapping whose keys are the user's. */
export interface MapShape {
  readonly kind: "map";
  readonly value: Shape;
  /** What the keys must look like; any key without. */
  readonly keys?: RegExp;
  readonly keepZero?: boolean;
}

/** A value that may be written in a short or in a long form. */
export interface ByKind {
  readonly kind: "byKind";
  readonly scalar?: Shape;
  readonly sequence?: Shape;
  readonly mapping?: Shape;
  readonly nullable?: boolean;
  readonly keepZero?: boolean;
}
