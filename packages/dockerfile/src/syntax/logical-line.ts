import { skipSpace } from "./space.ts";

/** One instruction's lines, joined. */
export interface LogicalLine {
  /** The lines' text without continuations, and without the comments and blank lines between. */
  readonly text: string;
  /** Where its parts come from: at each even index an offset in `text`, after it the offset in the file. */
  readonly origins: readonly number[];
  /** Where the last of its lines ends, without the line's end. */
  readonly contentEnd: number;
  /** Where the next line starts. */
  readonly end: number;
}

/** Where the line at `start` ends, and where the next one starts. */
export function lineEnd(source: string, start: number): { content: number; next: number } {
  const newline = source.indexOf("\n", start);
  if (newline < 0) return { content: source.length, next: source.length };
  let content = newline;
  while (content > start && source[content - 1] === "\r") content -= 1;
  return { content, next: newline + 1 };
}

/** Reads the instruction whose first line, at `start`, is neither blank nor a comment, up to its last continued line. */
export function readLogicalLine(source: string, start: number, escape: string): LogicalLine {
  const { content, next } = lineEnd(source, start);
  const from = skipSpace(source, start, content);
  const kept = continuationStart(source, from, content, escape);
  if (kept === undefined)
    return { text: source.slice(from, content), origins: [0, from], contentEnd: content, end: next };
  const pieces = [source.slice(from, kept)];
  const origins = [0, from];
  let length = kept - from;
  let contentEnd = content;
  let at = next;
  while (at < source.length) {
    const line = lineEnd(source, at);
    const lineStart = at;
    const first = skipSpace(source, at, line.content);
    at = line.next;
    if (first === line.content || source[first] === "#") continue; // neither ends a continued instruction
    const until = continuationStart(source, lineStart, line.content, escape);
    pieces.push(source.slice(lineStart, until ?? line.content));
    origins.push(length, lineStart);
    length += (until ?? line.content) - lineStart;
    contentEnd = line.content;
    if (until === undefined) break;
  }
  return { text: pieces.join(""), origins, contentEnd, end: at };
}

/**
 * Where the escape stands that continues the line. It is the last thing on the line but spaces and tabs, and the only one
 * there: `\\` is an escaped escape (BuildKit's rule, measured on 20.10 and 28).
 */
function continuationStart(source: string, start: number, end: number, escape: string): number | undefined {
  let at = end - 1;
  while (at >= start && (source[at] === " " || source[at] === "\t")) at -= 1;
  if (at < start || source[at] !== escape) return undefined;
  return at > start && source[at - 1] === escape ? undefined : at;
}

/** The offset in the file of the character at `at` of the logical line. */
export function originOf(origins: readonly number[], at: number): number {
  let low = 0;
  let high = origins.length / 2 - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((origins[2 * middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  return (origins[2 * low + 1] as number) + at - (origins[2 * low] as number);
}
