import type { SourceRange } from "@slipway/errors";
import { originOf } from "./logical-line.ts";

/** A Dockerfile, whole: the items' sources one after the other are its text. */
export interface Dockerfile {
  readonly items: readonly Item[];
  /** `#`-directives at the top, by lower-case name: `escape`, `syntax`, `check`. */
  readonly directives: Readonly<Record<string, string>>;
  /** The character that continues lines and escapes: a backslash, or a backtick. */
  readonly escape: string;
  readonly file: string | undefined;
  readonly instructions: readonly Instruction[];
  readonly comments: readonly Comment[];
}

/** A stretch of the text. */
export type Item = Instruction | Comment | Blank;

/** A blank line, or a byte order mark. */
export interface Blank {
  readonly kind: "blank";
  readonly source: string;
  readonly range: SourceRange;
}

/** A comment line, directives included. */
export interface Comment {
  readonly kind: "comment";
  readonly source: string;
  /** The text after the `#`, without space around it. */
  readonly text: string;
  /** Without the line's end. */
  readonly range: SourceRange;
  /** How many instructions stand before it. */
  readonly beforeInstruction: number;
}

/** An instruction, from the start of its first line to the end of its last, here-documents included. */
export interface Instruction {
  readonly kind: "instruction";
  readonly source: string;
  /** In capitals: `RUN`. */
  readonly keyword: string;
  /** What follows the keyword and its flags: continued lines joined, comments within left out, heredoc bodies apart. */
  readonly args: string;
  readonly flags: readonly Flag[];
  readonly heredocs: readonly Heredoc[];
  /** Of ONBUILD: the instruction that it keeps for later; undefined where that is none that is known. */
  readonly trigger?: Instruction;
  /** Its lines joined, for messages; heredoc bodies apart. */
  readonly text: string;
  /** From its keyword to the end of its last line; heredoc bodies and the line's end are not in it. */
  readonly range: SourceRange;
  readonly keywordRange: SourceRange;
  /** Of `args`; empty, behind the keyword, where there are none. */
  readonly argsRange: SourceRange;
  /** Where the parts of `args` come from; `argsOffset` reads it. */
  readonly origins: readonly number[];
}

/** `--name=value`, or `--name`. */
export interface Flag {
  readonly name: string;
  /** Quotes and escapes taken off. */
  readonly value: string | undefined;
  readonly range: SourceRange;
}

/** A here-document: `<<NAME` and the lines up to one that is NAME. */
export interface Heredoc {
  readonly name: string;
  /** The lines as written. */
  readonly content: string;
  /** Whether variables in it are expanded where it is copied: its name isn't quoted. */
  readonly expand: boolean;
  /** Whether tabs at the start of its lines are to be taken off: `<<-`. */
  readonly chomp: boolean;
  /** Of its lines, without the one that ends it. */
  readonly range: SourceRange;
}

/** The text that a tree was made from, byte for byte. */
export function print(tree: Dockerfile): string {
  return tree.items.map((item) => item.source).join("");
}

/** The offset in the file of the character at `at` of an instruction's `args`. */
export function argsOffset(instruction: Instruction, at: number): number {
  return originOf(instruction.origins, at);
}
