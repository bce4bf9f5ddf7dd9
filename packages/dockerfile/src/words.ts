/** A word of an instruction as written, quotes and escapes included, and where it starts. */
export interface Word {
  readonly text: string;
  readonly start: number;
}

/** Splits at spaces and tabs that are neither quoted nor escaped. Quotes stay in the words. */
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
    for (; i < text.length; i++) {
      const char = text[i] as string;
      if (quote) {
        if (char === quote) quote = "";
        else if (char === escape && quote === '"') i += 1;
      } else if (char === "'" || char === '"') quote = char;
      else if (char === escape) i += 1;
      else if (isSpace(char)) break;
    }
    i = Math.min(i, text.length);
    words.push({ text: text.slice(start, i), start });
  }
  return words;
}

/** The words between spaces, whatever their quotes. */
export function splitAtSpaces(text: string): Word[] {
  return [...text.matchAll(/[^ \t]+/g)].map((match) => ({ text: match[0], start: match.index }));
}

/** A JSON list of strings, or undefined where the text is something else and so meant for the shell. */
export function parseJsonList(text: string): string[] | undefined {
  if (!text.trimStart().startsWith("[")) return undefined;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((item) => typeof item === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}

function isSpace(char: string | undefined): boolean {
  return char === " " || char === "\t";
}
