/** One instruction's lines, joined. */
export interface LogicalLine {
  /** The lines' text without continuations, comments and blank lines between. */
  readonly text: string;
  /** The offset in the file of each character of `text`, and of its end. */
  readonly offsets: readonly number[];
  /** Where the next line starts. */
  readonly end: number;
}

/** Where the line at `start` ends, and where the next one starts. */
export function lineEnd(source: string, start: number): { content: number; next: number } {
  const newline = source.indexOf("\n", start);
  if (newline < 0) return { content: source.length, next: source.length };
  return { content: source[newline - 1] === "\r" && newline > start ? newline - 1 : newline, next: newline + 1 };
}

/** Reads the instruction that starts at `start`, up to the end of its last continued line. */
export function readLogicalLine(source: string, start: number, escape: string): LogicalLine {
  const pieces: string[] = [];
  const offsets: number[] = [];
  let at = start;
  let first = true;
  let last = start;
  while (at < source.length) {
    const { content, next } = lineEnd(source, at);
    const line = source.slice(at, content);
    const bare = line.trim();
    if (!first && (bare === "" || bare.startsWith("#"))) {
      at = next; // blank lines and comments don't end a continued instruction
      continue;
    }
    const stripped = line.replace(/[ \t]+$/, "");
    // BuildKit's rule: an escape before the line's end continues it, whatever stands before the escape.
    const continued = stripped.endsWith(escape);
    const kept = continued ? stripped.slice(0, -1) : line;
    pieces.push(kept);
    for (let i = 0; i < kept.length; i++) offsets.push(at + i);
    last = at + kept.length;
    at = next;
    first = false;
    if (!continued) break;
  }
  offsets.push(last);
  return { text: pieces.join(""), offsets, end: at };
}
