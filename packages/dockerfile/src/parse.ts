import { didYouMean, LineIndex, type Problem } from "@slipway/errors";
import { DockerfileError, type DockerfileErrorCode } from "./dockerfile-error.ts";
import { readDirectives } from "./directives.ts";
import { type HeredocStart, heredocStarts, readHeredoc } from "./heredoc.ts";
import { heredocInstructions, instructionFlags } from "./instruction-rules.ts";
import { lineEnd, readLogicalLine } from "./logical-line.ts";
import type { Comment, Dockerfile, Flag, Heredoc, Instruction, Item } from "./tree.ts";

/**
 * Parses a Dockerfile into a tree that prints back byte for byte.
 * @throws DockerfileError with every problem of the syntax, each with its place
 */
export function parse(text: string, options: { readonly file?: string | undefined } = {}): Dockerfile {
  const parser = new Parser(text, options.file);
  const tree = parser.parse();
  DockerfileError.throwAll(parser.problems);
  return tree;
}

class Parser {
  readonly problems: Problem<DockerfileErrorCode>[] = [];
  readonly #source: string;
  readonly #file: string | undefined;
  readonly #index: LineIndex;
  #escape = "\\";

  constructor(source: string, file: string | undefined) {
    this.#source = source;
    this.#file = file;
    this.#index = new LineIndex(source, file);
  }

  parse(): Dockerfile {
    const { directives, problems } = readDirectives(this.#source, this.#index);
    this.problems.push(...problems);
    this.#escape = directives["escape"] === "`" ? "`" : "\\";
    const items: Item[] = [];
    const instructions: Instruction[] = [];
    const comments: Comment[] = [];
    const start = this.#source.startsWith("\uFEFF") ? 1 : 0;
    if (start > 0) items.push({ kind: "blank", source: "\uFEFF" });
    for (let at = start; at < this.#source.length;) {
      const { content, next } = lineEnd(this.#source, at);
      const line = this.#source.slice(at, content).trim();
      if (line === "") {
        items.push({ kind: "blank", source: this.#source.slice(at, next) });
        at = next;
      } else if (line.startsWith("#")) {
        const comment: Comment = {
          kind: "comment",
          source: this.#source.slice(at, next),
          text: line.slice(1).trim(),
          range: this.#index.range(at, content),
          beforeInstruction: instructions.length,
        };
        comments.push(comment);
        items.push(comment);
        at = next;
      } else {
        const { instruction, end } = this.#instruction(at);
        if (instruction) instructions.push(instruction);
        items.push(instruction ?? { kind: "blank", source: this.#source.slice(at, end) });
        at = end;
      }
    }
    return { items, directives, escape: this.#escape, file: this.#file, instructions, comments };
  }

  /** No instruction where the lines hold nothing but continuations. */
  #instruction(start: number): { instruction: Instruction | undefined; end: number } {
    const line = readLogicalLine(this.#source, start, this.#escape);
    if (line.text.trim() === "") return { instruction: undefined, end: line.end };
    const parsed = this.#readLine(line.text, line.offsets, 0);
    let { end } = line;
    const heredocs: Heredoc[] = [];
    for (const announced of parsed.announced) {
      const read = readHeredoc(this.#source, end, announced);
      if (!read) {
        this.problems.push({
          code: "DOCKERFILE_UNTERMINATED_HEREDOC",
          message: `the here-document \`${announced.name}\` has no end`,
          hint: `end it with a line that is only \`${announced.name}\``,
          range: this.#index.range(start, line.offsets.at(-1) as number),
        });
        end = this.#source.length; // all that follows would have been part of it
        break;
      }
      heredocs.push(read.heredoc);
      ({ end } = read);
    }
    const finish = (draft: Draft): Instruction => ({
      kind: "instruction",
      source: this.#source.slice(start, end),
      keyword: draft.keyword,
      args: draft.args,
      flags: draft.flags,
      heredocs: draft.trigger ? [] : heredocs,
      ...(draft.trigger ? { trigger: finish(draft.trigger) } : {}),
      text: line.text.trim(),
      range: this.#index.range(start, line.offsets.at(-1) as number),
    });
    return { instruction: finish(parsed.draft), end };
  }

  /** Reads keyword, flags and arguments from `from` on. */
  #readLine(text: string, offsets: readonly number[], from: number): { draft: Draft; announced: HeredocStart[] } {
    const match = /^\s*(\S+)\s*/.exec(text.slice(from)) as RegExpExecArray;
    const written = match[1] as string;
    const keyword = written.toUpperCase();
    const keywordStart = from + match[0].indexOf(written);
    let at = from + match[0].length;
    const known = instructionFlags[keyword];
    if (!known) {
      const near = didYouMean(written, Object.keys(instructionFlags));
      this.problems.push({
        code: "DOCKERFILE_UNKNOWN_INSTRUCTION",
        message: `unknown instruction \`${written}\``,
        hint: near ? `did you mean ${near}?` : `instructions are ${Object.keys(instructionFlags).join(", ")}`,
        range: this.#range(offsets, keywordStart, keywordStart + written.length),
      });
      return { draft: { keyword, args: text.slice(at).trimEnd(), flags: [] }, announced: [] };
    }
    const flags: Flag[] = [];
    if (known.length > 0) {
      for (;;) {
        const flag = /^--([^\s=]+)(?:=((?:"[^"]*"|\S)*))?\s*/.exec(text.slice(at));
        if (!flag) break;
        const [whole, name, value] = flag as unknown as [string, string, string | undefined];
        const range = this.#range(offsets, at, at + whole.trimEnd().length);
        if (!known.includes(name)) {
          const near = didYouMean(name, known);
          this.problems.push({
            code: "DOCKERFILE_UNKNOWN_FLAG",
            message: `${keyword} has no flag \`--${name}\``,
            hint: near ? `did you mean --${near}?` : `it has ${known.map((k) => `--${k}`).join(", ")}`,
            range,
          });
        }
        flags.push({ name, value, range });
        at += whole.length;
      }
    }
    const args = text.slice(at).trimEnd();
    if (keyword === "ONBUILD" && args !== "") {
      const { draft, announced } = this.#readLine(text, offsets, at);
      if (["ONBUILD", "FROM", "MAINTAINER"].includes(draft.keyword)) {
        this.problems.push({
          code: "DOCKERFILE_BAD_ARGUMENTS",
          message: `ONBUILD can't keep ${draft.keyword}`,
          range: this.#range(offsets, at, text.trimEnd().length),
        });
      }
      return { draft: { keyword, args, flags, trigger: draft }, announced };
    }
    if (args === "" && keyword !== "CMD" && keyword !== "ENTRYPOINT") {
      this.problems.push({
        code: "DOCKERFILE_BAD_ARGUMENTS",
        message: `${keyword} needs at least one argument`,
        range: this.#range(offsets, keywordStart, keywordStart + written.length),
      });
    }
    return {
      draft: { keyword, args, flags },
      announced: heredocInstructions.has(keyword) ? heredocStarts(args, this.#escape) : [],
    };
  }

  #range(offsets: readonly number[], start: number, end: number): ReturnType<LineIndex["range"]> {
    const last = (offsets[Math.max(start, end - 1)] ?? (offsets.at(-1) as number)) + 1;
    return this.#index.range(offsets[start] as number, last);
  }
}

interface Draft {
  readonly keyword: string;
  readonly args: string;
  readonly flags: readonly Flag[];
  readonly trigger?: Draft;
}
