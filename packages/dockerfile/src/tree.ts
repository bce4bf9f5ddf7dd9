import type { SourceRange } from "@slipway/errors";

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

/** Blank lines, and a byte order mark. */
export interface Blank {
  readonly kind: "blank";
  readonly source: string;
}

/** A comment line, directives included. */
export interface Comment {
  readonly kind: "comment";
  readonly source: string;
  /** The text after the `#`, without space around it. */
  readonly text: string;
  readonly range: SourceRange;
  /** How many instructions stand before it. */
  readonly beforeInstruction: number;
}

/** An instruction, from its keyword to the end of its last line, heredocs included. */
export interface Instruction {
  readonly kind: "instruction";
  readonly source: string;
  /** In capitals: `RUN`. */
  readonly keyword: string;
  /** What follows the keyword and its flags: continued lines joined, comments within left out, heredoc bodies apart. */
  readonly args: string;
  readonly flags: readonly Flag[];
  readonly heredocs: readonly Heredoc[];
  /** Of ONBUILD: the instruction that it keeps for later. */
  readonly trigger?: Instruction;
  /** All of it on one line, for messages. */
  readonly text: string;
  readonly range: SourceRange;
}

/** `--name=value`, or `--name`. */
export interface Flag {
  readonly name: string;
  readonly value: string | undefined;
  readonly range: SourceRange;
}

/** A here-document: `<<NAME` and the lines up to one that is NAME. */
export interface Heredoc {
  readonly name: string;
  readonly content: string;
  /** Whether variables in it are expanded: its name isn't quoted. */
  readonly expand: boolean;
  /** Whether tabs at the start of its lines are taken off: `<<-`. */
  readonly chomp: boolean;
}

/** The text that a tree was made from, byte for byte. */
export function print(tree: Dockerfile): string {
  return tree.items.map((item) => item.source).join("");
}
