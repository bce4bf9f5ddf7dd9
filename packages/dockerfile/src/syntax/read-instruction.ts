import { didYouMean, type LineIndex, type Problem, type SourceRange } from "@slipway/errors";
import type { DockerfileErrorCode } from "../dockerfile-error.ts";
import { readFlags } from "./flags.ts";
import { findHeredocEnd, heredocStarts } from "./heredoc.ts";
import { type FlagType, heredocInstructions, instructionFlags, jsonInstructions } from "./instruction-rules.ts";
import { readJsonForm } from "./json-list.ts";
import { type LogicalLine, originOf, readLogicalLine } from "./logical-line.ts";
import { readPairs } from "./pairs.ts";
import { isBlank, skipSpace, skipSpaceBack } from "./space.ts";
import type { Flag, Heredoc, Instruction } from "./tree.ts";

/** The text that instructions are read from. */
export interface ParsedText {
  readonly text: string;
  readonly index: LineIndex;
  readonly escape: string;
  readonly problems: Problem<DockerfileErrorCode>[];
}

/** Reads the instruction at `start`; undefined where its lines hold nothing but continuations, which is a problem. */
export function readInstruction(
  source: ParsedText,
  start: number,
): { instruction: Instruction | undefined; end: number } {
  return new InstructionReader(source, start).read();
}

/** What one line says; ONBUILD's holds another. */
interface Line {
  readonly keyword: string;
  readonly keywordStart: number;
  readonly keywordEnd: number;
  readonly flags: readonly Flag[];
  readonly argsStart: number;
  readonly argsEnd: number;
  readonly trigger?: Line | undefined;
}

class InstructionReader {
  readonly #source: ParsedText;
  readonly #start: number;
  readonly #line: LogicalLine;

  constructor(source: ParsedText, start: number) {
    this.#source = source;
    this.#start = start;
    this.#line = readLogicalLine(source.text, start, source.escape);
  }

  read(): { instruction: Instruction | undefined; end: number } {
    const { text, end } = this.#line;
    const first = skipSpace(text, 0, text.length);
    if (first === text.length) {
      this.#problem("DOCKERFILE_UNKNOWN_INSTRUCTION", 0, 0, "a continued line with no instruction on it", "remove it");
      return { instruction: undefined, end };
    }
    const line = this.#readLine(first, false);
    const { heredocs, end: bodiesEnd } = this.#readHeredocs(line);
    return { instruction: this.#build(line, heredocs, bodiesEnd), end: bodiesEnd };
  }

  #build(line: Line, heredocs: readonly Heredoc[], end: number): Instruction {
    const { text, origins, contentEnd } = this.#line;
    const { index } = this.#source;
    const { keyword, flags, trigger, argsStart, argsEnd } = line;
    const from = originOf(origins, line.keywordStart);
    return {
      kind: "instruction",
      source: this.#source.text.slice(this.#start, end),
      keyword,
      args: text.slice(argsStart, argsEnd),
      flags,
      heredocs: trigger ? [] : heredocs,
      ...(trigger ? { trigger: this.#build(trigger, heredocs, end) } : {}),
      text: text.slice(line.keywordStart),
      range: index.range(from, contentEnd),
      keywordRange: this.#range(line.keywordStart, line.keywordEnd),
      argsRange: this.#range(argsStart, argsEnd),
      origins: originsFrom(origins, argsStart),
    };
  }

  #readLine(start: number, isTrigger: boolean): Line {
    const { text } = this.#line;
    const { escape } = this.#source;
    const end = skipSpaceBack(text, start, text.length);
    let keywordEnd = start;
    while (keywordEnd < end && !isBlank(text[keywordEnd])) keywordEnd += 1;
    const written = text.slice(start, keywordEnd);
    const keyword = written.toUpperCase();
    const known = Object.hasOwn(instructionFlags, keyword) ? instructionFlags[keyword] : undefined;
    if (!known && !isTrigger) {
      const names = Object.keys(instructionFlags);
      const near = didYouMean(written, names);
      const hint = near ? `did you mean ${near}?` : `instructions are ${names.join(", ")}`;
      this.#problem("DOCKERFILE_UNKNOWN_INSTRUCTION", start, keywordEnd, `unknown instruction \`${written}\``, hint);
    }
    const { flags: words, end: flagsEnd } = readFlags(text.slice(0, end), keywordEnd);
    const flags = words.map(({ text: word, start: from, end: to }): Flag => {
      const equals = word.indexOf("=");
      const [name, value] = equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
      return { name, value, range: this.#range(from, to) };
    });
    if (known && !isTrigger) this.#checkFlags(keyword, flags, known);
    const argsStart = skipSpace(text, flagsEnd, end);
    const line = { keyword, keywordStart: start, keywordEnd, flags, argsStart, argsEnd: Math.max(argsStart, end) };
    if (keyword === "ONBUILD" && !isTrigger && argsStart < end) {
      const trigger = this.#readLine(argsStart, true);
      if (["ONBUILD", "FROM", "MAINTAINER"].includes(trigger.keyword)) {
        const what = `ONBUILD can't keep ${trigger.keyword} for later`;
        this.#problem("DOCKERFILE_BAD_ARGUMENTS", argsStart, trigger.keywordEnd, what);
      }
      return { ...line, trigger: Object.hasOwn(instructionFlags, trigger.keyword) ? trigger : undefined };
    }
    const args = text.slice(argsStart, end);
    if (known && jsonInstructions.has(keyword) && readJsonForm(args).kind === "not-strings") {
      const hint = 'a JSON list holds strings only, as in ["a", "1"]';
      this.#problem("DOCKERFILE_BAD_ARGUMENTS", argsStart, end, `\`${args}\` is not a list of strings`, hint);
    }
    if (isTrigger && args !== "" && (keyword === "ENV" || keyword === "LABEL")) {
      // Of a kept instruction that much is looked at now, and the JSON form; all else once it is run.
      const read = readPairs(keyword, args, escape);
      if ("problem" in read && !read.isNameless)
        this.#problem("DOCKERFILE_BAD_ARGUMENTS", argsStart, end, read.problem);
    }
    if (known && args === "" && !isTrigger && !mayBeEmpty.has(keyword)) {
      this.#problem("DOCKERFILE_BAD_ARGUMENTS", start, keywordEnd, `${keyword} needs at least one argument`);
    }
    return line;
  }

  #checkFlags(keyword: string, flags: readonly Flag[], known: Readonly<Record<string, FlagType>>): void {
    const seen = new Set<string>();
    const names = Object.keys(known);
    for (const { name, value, range } of flags) {
      const type = Object.hasOwn(known, name) ? known[name] : undefined;
      const problem = (message: string, hint?: string): unknown =>
        this.#source.problems.push({ code: "DOCKERFILE_UNKNOWN_FLAG", message, range, ...(hint ? { hint } : {}) });
      if (!type) {
        const near = didYouMean(name, names);
        const all = names.length > 0 ? `it has ${names.map((k) => `--${k}`).join(", ")}` : "it takes no flags";
        problem(`${keyword} has no flag \`--${name}\``, near ? `did you mean --${near}?` : all);
      } else if (seen.has(name) && type !== "list") {
        problem(`the flag \`--${name}\` is there twice`, "give it once");
      } else if (type === "boolean" && value !== undefined && !/^(?:true|false)$/i.test(value)) {
        problem(`\`--${name}\` is true or false; read \`${value}\``);
      } else if (type !== "boolean" && value === undefined) {
        problem(`\`--${name}\` needs a value`, `write --${name}=…`);
      }
      seen.add(name);
    }
  }

  #readHeredocs(line: Line): { heredocs: Heredoc[]; end: number } {
    const { text, contentEnd } = this.#line;
    const { text: source, index, problems } = this.#source;
    const heredocs: Heredoc[] = [];
    let { end } = this.#line;
    const { keyword, argsStart, argsEnd } = line.trigger ?? line;
    if (!heredocInstructions.has(keyword) || !text.includes("<<")) return { heredocs, end };
    if (jsonInstructions.has(keyword) && readJsonForm(text.slice(argsStart, argsEnd)).kind === "list") {
      return { heredocs, end };
    }
    for (const start of heredocStarts(text)) {
      const found = findHeredocEnd(source, end, start);
      if (!found) {
        problems.push({
          code: "DOCKERFILE_UNTERMINATED_HEREDOC",
          message: `the here-document \`${start.name}\` has no end`,
          hint: `end it with a line that is only \`${start.name}\``,
          range: index.range(originOf(this.#line.origins, 0), contentEnd),
        });
        return { heredocs, end: source.length }; // all that follows would have been part of it
      }
      const range = index.range(end, found.contentEnd);
      heredocs.push({ ...start, content: source.slice(end, found.contentEnd), range });
      end = found.next;
    }
    return { heredocs, end };
  }

  #range(start: number, end: number): SourceRange {
    const { origins } = this.#line;
    const from = originOf(origins, start);
    // The last character's place and one more: what follows may be on another line.
    return this.#source.index.range(from, end > start ? originOf(origins, end - 1) + 1 : from);
  }

  #problem(code: DockerfileErrorCode, start: number, end: number, message: string, hint?: string): void {
    this.#source.problems.push({ code, message, range: this.#range(start, end), ...(hint ? { hint } : {}) });
  }
}

const mayBeEmpty: ReadonlySet<string> = new Set(["CMD", "ENTRYPOINT", "RUN"]);

/** The part of the origins from `start` on, with `start` as its beginning. */
function originsFrom(origins: readonly number[], start: number): readonly number[] {
  const result = [0, originOf(origins, start)];
  for (let i = 0; i < origins.length; i += 2) {
    const at = origins[i] as number;
    if (at > start) result.push(at - start, origins[i + 1] as number);
  }
  return result;
}
