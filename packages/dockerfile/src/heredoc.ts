import type { Heredoc } from "./tree.ts";
import { lineEnd } from "./logical-line.ts";
import { splitWords } from "./words.ts";

/** A here-document that an instruction announces. */
export type HeredocStart = Omit<Heredoc, "content">;

// BuildKit's: a file descriptor, `<<`, `-`, and a name that may be quoted, as one word.
const pattern = /^\d*<<(-?)\s*(?:'([^'<]+)'|"([^"<]+)"|([^<'"\s]+))$/;

/** The here-documents that the text announces, in order. */
export function heredocStarts(text: string, escape: string): HeredocStart[] {
  return splitWords(text, escape).flatMap(({ text: word }) => {
    const match = pattern.exec(word);
    if (!match) return [];
    const [, dash, single, double, bare] = match;
    return [{ name: single ?? double ?? (bare as string), expand: bare !== undefined, chomp: dash === "-" }];
  });
}

/** Whether a word announces a here-document. */
export function isHeredocStart(word: string): boolean {
  return pattern.test(word);
}

/** Reads a here-document's lines from `start`; undefined where the text ends before its name comes. */
export function readHeredoc(
  source: string,
  start: number,
  heredoc: HeredocStart,
): { heredoc: Heredoc; end: number } | undefined {
  let content = "";
  let at = start;
  while (at < source.length) {
    const { content: contentEnd, next } = lineEnd(source, at);
    const line = source.slice(at, contentEnd);
    const bare = heredoc.chomp ? line.replace(/^\t+/, "") : line;
    if (bare === heredoc.name) return { heredoc: { ...heredoc, content }, end: next };
    content += (heredoc.chomp ? bare : line) + source.slice(contentEnd, next);
    at = next;
  }
  return undefined;
}
