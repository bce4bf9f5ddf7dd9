import { isBlank, isSpace } from "./space.ts";

/** A word of an instruction as written, quotes and escapes included, and where it starts. */
export interface Word {
  readonly text: string;
  readonly start: number;
}

/**
 * Splits at white space that is neither quoted nor escaped, as ENV, LABEL and ARG do. Quotes stay in the words. An escape
 * at the very end is dropped.
 */
export function splitWords(text: string, escape: string): Word[] {
  const words: Word[] = [];
  let i = 0;
  while (i < text.length) {
    if (isSpace(text[i])) {
      i += 1;
      continue;
    }
    const start = i;
    let quote = "";
    let dropped = false;
    for (; i < text.length; i++) {
      const char = text[i] as string;
      if (!quote && isSpace(char)) break;
      if (char === escape && quote !== "'") {
        if (i + 1 === text.length) dropped = true;
        i += 1;
      } else if (quote) {
        if (char === quote) quote = "";
      } else if (char === "'" || char === '"') quote = char;
    }
    i = Math.min(i, text.length);
    const word = text.slice(start, dropped ? i - 1 : i);
    if (word !== "") words.push({ text: word, start });
  }
  return words;
}

/** The words between blanks, whatever their quotes, as FROM, COPY, ADD, EXPOSE and VOLUME have them. */
export function splitAtBlanks(text: string): Word[] {
  const words: Word[] = [];
  for (let at = 0; at < text.length;) {
    if (isBlank(text[at])) {
      at += 1;
      continue;
    }
    const start = at;
    while (at < text.length && !isBlank(text[at])) at += 1;
    words.push({ text: text.slice(start, at), start });
  }
  return words;
}
