import { DockerfileError } from "../dockerfile-error.ts";
import { parse } from "./parse.ts";
import { type Dockerfile, type Instruction, print } from "./tree.ts";

/** Notes changes to a Dockerfile. Texts may span lines; their line ends become the file's. */
export interface DockerfileEditor {
  /** Puts text on lines of its own before an instruction, below the comments above it. */
  insertBefore(instruction: Instruction, text: string): void;
  /** Puts text on lines of its own after an instruction and its here-documents. */
  insertAfter(instruction: Instruction, text: string): void;
  /** Replaces an instruction, from its keyword to the end of its here-documents. Its indentation stays. */
  replace(instruction: Instruction, text: string): void;
  /** Removes an instruction with its lines. */
  remove(instruction: Instruction): void;
  /** Replaces what follows keyword and flags; here-documents stay. */
  setArgs(instruction: Instruction, text: string): void;
  /** Gives a flag a value; where it is there more than once, one of them is left. Without a value it stands alone. */
  setFlag(instruction: Instruction, name: string, value?: string): void;
  /** Adds a flag before those that are there. */
  addFlag(instruction: Instruction, name: string, value?: string): void;
  /** Removes a flag, however often it is there. */
  removeFlag(instruction: Instruction, name: string): void;
}

/**
 * Changes a Dockerfile; everything that isn't changed stays byte for byte. The tree that is given stays as it is, and its
 * instructions, ONBUILD's kept ones too, are what the editor is told about.
 * @returns the tree of the changed text
 * @throws DockerfileError DOCKERFILE_CONFLICTING_EDITS; or with the mistakes in the changed text
 */
export function edit(tree: Dockerfile, change: (editor: DockerfileEditor) => void): Dockerfile {
  const editor = new SpliceEditor(tree);
  change(editor);
  return parse(editor.apply(), { file: tree.file });
}

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly instruction: Instruction;
}

class SpliceEditor implements DockerfileEditor {
  readonly #text: string;
  readonly #newline: string;
  readonly #starts = new Map<Instruction, number>();
  readonly #splices: Splice[] = [];

  constructor(tree: Dockerfile) {
    this.#text = print(tree);
    const firstEnd = this.#text.indexOf("\n");
    this.#newline = firstEnd > 0 && this.#text[firstEnd - 1] === "\r" ? "\r\n" : "\n";
    let at = 0;
    for (const item of tree.items) {
      if (item.kind === "instruction") {
        this.#starts.set(item, at);
        if (item.trigger) this.#starts.set(item.trigger, at);
      }
      at += item.source.length;
    }
  }

  insertBefore(instruction: Instruction, text: string): void {
    const start = this.#startOf(instruction);
    this.#splice(instruction, start, start, `${text}\n`);
  }

  insertAfter(instruction: Instruction, text: string): void {
    const end = this.#startOf(instruction) + instruction.source.length;
    const isOpen = !instruction.source.endsWith("\n");
    this.#splice(instruction, end, end, isOpen ? `\n${text}` : `${text}\n`);
  }

  replace(instruction: Instruction, text: string): void {
    const end = this.#startOf(instruction) + instruction.source.replace(/\r*\n$/, "").length;
    this.#splice(instruction, instruction.range.start.offset, end, text);
  }

  remove(instruction: Instruction): void {
    const start = this.#startOf(instruction);
    this.#splice(instruction, start, start + instruction.source.length, "");
  }

  setArgs(instruction: Instruction, text: string): void {
    this.#startOf(instruction);
    const { start, end } = instruction.argsRange;
    const needsSpace = start.offset === end.offset && !/\s/.test(this.#text[start.offset - 1] ?? "");
    this.#splice(instruction, start.offset, end.offset, needsSpace ? ` ${text}` : text);
  }

  setFlag(instruction: Instruction, name: string, value?: string): void {
    const [first, ...more] = instruction.flags.filter((flag) => flag.name === name);
    if (!first) return this.addFlag(instruction, name, value);
    this.#startOf(instruction);
    this.#splice(instruction, first.range.start.offset, first.range.end.offset, flagText(name, value));
    for (const flag of more) this.#cut(instruction, flag.range.start.offset, flag.range.end.offset);
  }

  addFlag(instruction: Instruction, name: string, value?: string): void {
    this.#startOf(instruction);
    const at = instruction.keywordRange.end.offset;
    this.#splice(instruction, at, at, ` ${flagText(name, value)}`);
  }

  removeFlag(instruction: Instruction, name: string): void {
    this.#startOf(instruction);
    for (const flag of instruction.flags) {
      if (flag.name === name) this.#cut(instruction, flag.range.start.offset, flag.range.end.offset);
    }
  }

  /** The text with all changes in it. */
  apply(): string {
    const ordered = this.#splices.toSorted((a, b) => a.start - b.start || a.end - b.end);
    const pieces: string[] = [];
    let at = 0;
    for (const { start, end, text, instruction } of ordered) {
      if (start < at) throw conflict(instruction, "it was changed twice in one place");
      pieces.push(this.#text.slice(at, start), text.replaceAll(/\r?\n/g, this.#newline));
      at = end;
    }
    pieces.push(this.#text.slice(at));
    return pieces.join("");
  }

  #cut(instruction: Instruction, start: number, end: number): void {
    let after = end;
    while (this.#text[after] === " " || this.#text[after] === "\t") after += 1;
    this.#splice(instruction, start, after, "");
  }

  #splice(instruction: Instruction, start: number, end: number, text: string): void {
    this.#splices.push({ start, end, text, instruction });
  }

  #startOf(instruction: Instruction): number {
    const start = this.#starts.get(instruction);
    if (start === undefined) throw conflict(instruction, "it is not of the tree that is edited");
    return start;
  }
}

function flagText(name: string, value: string | undefined): string {
  if (value === undefined) return `--${name}`;
  return `--${name}=${/[\s'"\\]/.test(value) ? `"${value.replaceAll(/["\\]/g, "\\$&")}"` : value}`;
}

function conflict(instruction: Instruction, why: string): DockerfileError {
  return new DockerfileError("DOCKERFILE_CONFLICTING_EDITS", `\`${instruction.text}\` can't be changed: ${why}`, {
    range: instruction.range,
    hint: "make the changes one after the other, each on the tree that the one before gave",
  });
}
