/** What became of a command line. */
export interface SplitCommand {
  readonly words: string[];
  /** What the reference implementation leaves out without a word: from an unquoted `;`, `&`, `|`, `<` or `>` on. */
  readonly dropped?: string;
}

/**
 * A command line as words, as the reference implementation splits it (go-shellwords): quotes and backslashes as in a
 * shell, nothing is expanded. Undefined for a quote, backquote or escape that is not closed, and for parentheses.
 */
export function splitCommand(text: string): SplitCommand | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (/[ \t\r\n]/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "\\") {
      if (i + 1 === text.length) return undefined;
      word = (word ?? "") + text[++i]!;
    } else if (character === "'" || character === "`") {
      const end = text.indexOf(character, i + 1);
      if (end < 0) return undefined;
      word = (word ?? "") + (character === "'" ? text.slice(i + 1, end) : text.slice(i, end + 1));
      i = end;
    } else if (character === '"') {
      const quoted = readDoubleQuoted(text, i + 1);
      if (!quoted) return undefined;
      word = (word ?? "") + quoted.text;
      i = quoted.end;
    } else if (character === "(" && word?.endsWith("$")) {
      const end = text.indexOf(")", i);
      if (end < 0) return undefined;
      word += text.slice(i, end + 1);
      i = end;
    } else if (character === "(" || character === ")") {
      return undefined;
    } else if (/[;&|<>]/.test(character)) {
      // The number of a redirection, as in `2>file`, goes with it.
      if (word !== undefined && !(character === ">" && /^\d/.test(word))) words.push(word);
      return { words, dropped: text.slice(i) };
    } else {
      word = (word ?? "") + character;
    }
  }
  if (word !== undefined) words.push(word);
  return { words };
}

function readDoubleQuoted(text: string, start: number): { text: string; end: number } | undefined {
  let result = "";
  for (let i = start; i < text.length; i++) {
    const character = text[i]!;
    if (character === '"') return { text: result, end: i };
    if (character === "\\") {
      if (i + 1 === text.length) return undefined;
      result += text[++i]!;
    } else result += character;
  }
  return undefined;
}
