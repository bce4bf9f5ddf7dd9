/** Builders read no line of 64 KiB or more. */
const longest = 60_000;

/**
 * Continues a line on the next where it would be too long for a builder: between two letters or digits, since neither the
 * end of a line nor the start of the next may be mistaken for something else there.
 */
export function wrapLine(text: string, escape: string, limit: number = longest): string {
  if (text.length * 3 < limit || Buffer.byteLength(text) < limit) return text;
  const pieces: string[] = [];
  let start = 0;
  // A character is three bytes at most, as UTF-16 counts them.
  const step = Math.floor(limit / 3);
  while (text.length - start > step) {
    let end = start + step;
    while (end > start && !/^[A-Za-z0-9]{2}$/.test(text.slice(end - 1, end + 1))) end -= 1;
    if (end === start) break;
    pieces.push(text.slice(start, end));
    start = end;
  }
  pieces.push(text.slice(start));
  return pieces.join(`${escape}\n`);
}
