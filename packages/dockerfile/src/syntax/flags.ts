import { isSpace } from "./space.ts";

/** A flag as it stands before an instruction's arguments. */
export interface FlagWord {
  /** Quotes and escapes taken off, without the two dashes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The words from `start` on that begin with two dashes, and where the arguments after them start. A lone `--` ends the
 * flags. Quotes and backslashes are taken off whatever the escape character is, as the reference parser does.
 */
export function readFlags(text: string, start: number): { flags: FlagWord[]; end: number } {
  const flags: FlagWord[] = [];
  let at = start;
  for (;;) {
    while (at < text.length && isSpace(text[at])) at += 1;
    if (text[at] !== "-" || text[at + 1] !== "-") return { flags, end: at };
    const wordStart = at;
    let word = "";
    let quote = "";
    for (; at < text.length; at++) {
      const char = text[at] as string;
      if (!quote && isSpace(char)) break;
      if (quote ? char === quote : char === "'" || char === '"') quote = quote ? "" : char;
      else if (char !== "\\") word += char;
      else if (at + 1 < text.length) word += text[++at] as string;
    }
    if (word === "--") return { flags, end: at };
    flags.push({ text: word.slice(2), start: wordStart, end: at });
  }
}
