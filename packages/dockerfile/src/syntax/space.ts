/** Whether a character is white space as Go's `unicode.IsSpace` has it, which is what the reference parser asks. */
export function isSpace(char: string | undefined): boolean {
  if (char === undefined) return false;
  if (char === " " || char === "\t" || char === "\n" || char === "\r" || char === "\v" || char === "\f") return true;
  return char > "\x7F" && /[\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/.test(char);
}

/** Where the text between `start` and `end` begins once the white space before it is left out. */
export function skipSpace(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(text[at])) at += 1;
  return at;
}

/** Where the text between `start` and `end` ends once the white space after it is left out. */
export function skipSpaceBack(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(text[at - 1])) at -= 1;
  return at;
}

/** The white space that separates words: no line end, no Unicode. */
export function isBlank(char: string | undefined): boolean {
  return char === " " || char === "\t" || char === "\r" || char === "\v" || char === "\f";
}
