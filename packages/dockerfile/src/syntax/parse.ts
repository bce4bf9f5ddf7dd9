import { LineIndex, type Problem } from "@slipway/errors";
import { DockerfileError, type DockerfileErrorCode } from "../dockerfile-error.ts";
import { readDirectives } from "./directives.ts";
import { instructionFlags } from "./instruction-rules.ts";
import { lineEnd } from "./logical-line.ts";
import { readInstruction } from "./read-instruction.ts";
import { skipSpace, skipSpaceBack } from "./space.ts";
import type { Comment, Dockerfile, Instruction, Item } from "./tree.ts";

/**
 * Parses a Dockerfile into a tree that prints back byte for byte. What is accepted is what BuildKit accepts.
 * @throws DockerfileError with every problem of the syntax, each with its place
 */
export function parse(text: string, options: { readonly file?: string | undefined } = {}): Dockerfile {
  const { tree, problems } = parseTolerantly(text, options.file);
  DockerfileError.throwAll(problems);
  return tree;
}

/** The same, with the mistakes beside the tree; instructions that aren't known are not in `instructions`. */
export function parseTolerantly(
  text: string,
  file: string | undefined,
): { tree: Dockerfile; problems: Problem<DockerfileErrorCode>[] } {
  const index = new LineIndex(text, file);
  const { directives, problems } = readDirectives(text, index);
  const escape = directives["escape"] === "`" ? "`" : "\\";
  const items: Item[] = [];
  const instructions: Instruction[] = [];
  const comments: Comment[] = [];
  const blank = (start: number, end: number): number =>
    items.push({ kind: "blank", source: text.slice(start, end), range: index.range(start, end) });
  const start = text.startsWith("\uFEFF") ? 1 : 0;
  if (start > 0) blank(0, start);
  for (let at = start; at < text.length;) {
    const { content, next } = lineEnd(text, at);
    const first = skipSpace(text, at, content);
    if (first === content) {
      blank(at, next);
      at = next;
    } else if (text[first] === "#") {
      const comment: Comment = {
        kind: "comment",
        source: text.slice(at, next),
        text: text.slice(skipSpace(text, first + 1, content), skipSpaceBack(text, first + 1, content)),
        range: index.range(first, content),
        beforeInstruction: instructions.length,
      };
      comments.push(comment);
      items.push(comment);
      at = next;
    } else {
      const { instruction, end } = readInstruction({ text, index, escape, problems }, at);
      if (instruction) {
        instructions.push(instruction);
        items.push(instruction);
      }
      at = end;
    }
  }
  const known = instructions.filter(({ keyword }) => Object.hasOwn(instructionFlags, keyword));
  return { tree: { items, directives, escape, file, instructions: known, comments }, problems };
}
