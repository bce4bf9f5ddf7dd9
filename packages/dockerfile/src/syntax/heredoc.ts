import { expandWords } from "../expansion/expand.ts";
import { ExpansionProblem } from "../expansion/pattern.ts";
import { lineEnd } from "./logical-line.ts";

/** A here-document that an instruction announces. */
export interface HeredocStart {
  readonly name: string;
  /** Whether variables in it are expanded: no part of its name is quoted. */
  readonly expand: boolean;
  /** Whether tabs at the start of its lines are taken off: `<<-`. */
  readonly chomp: boolean;
}

const pattern = /^\d*<<(-?)\s*([^<]*)$/;
const raw = { keepQuotes: true, keepEscapes: true, keepUnset: true, joinHeredocs: true };
const none = (): undefined => undefined;

/** The here-documents that a line announces, in order. The escape character is a backslash here, whatever the file's is. */
export function heredocStarts(line: string): HeredocStart[] {
  if (!line.includes("<<")) return [];
  return wordsOf(line, raw).flatMap((word) => heredocStart(word) ?? []);
}

/** What a word announces, if it is `<<NAME`. */
export function heredocStart(word: string): HeredocStart | undefined {
  const match = pattern.exec(word);
  const name = match?.[2];
  if (!match || !name) return undefined;
  const [bare, ...more] = wordsOf(name, { keepUnset: true });
  if (bare === undefined || more.length > 0) return undefined;
  const [written = ""] = wordsOf(name, raw);
  return { name: bare, expand: quotes(bare) === quotes(written), chomp: match[1] === "-" };
}

function quotes(text: string): number {
  return text.replaceAll(/[^'"]/g, "").length;
}

/** The text of a here-document, each line without the tabs at its start. */
export function chompTabs(content: string): string {
  return content.replaceAll(/(^|\n)\t+/g, "$1");
}

/** Finds the line that ends a here-document whose text begins at `start`. */
export function findHeredocEnd(
  source: string,
  start: number,
  heredoc: HeredocStart,
): { contentEnd: number; next: number } | undefined {
  for (let at = start; at < source.length;) {
    const { content, next } = lineEnd(source, at);
    const line = source.slice(at, content);
    if ((heredoc.chomp ? line.replace(/^\t+/, "") : line) === heredoc.name) return { contentEnd: at, next };
    at = next;
  }
  return undefined;
}

/** A quote that is not closed means that there are no words to find. */
function wordsOf(text: string, options: Parameters<typeof expandWords>[3]): string[] {
  try {
    return expandWords(text, none, "\\", options);
  } catch (error) {
    if (error instanceof ExpansionProblem) return [];
    throw error;
  }
}
