/**
 * A text as JSON. BuildKit expands variables in the names that it gives to steps. In a JSON list everything is between double quotes, so
 * that it would expand those too that the command's own single quotes and escapes keep as they are: they are written as
 * `\u0024`, which is the same in JSON.
 */
export function literalDollars(text: string, escape: string): string {
  const json = JSON.stringify(text);
  if (!text.includes("$")) return json;
  const literal = literalPlaces(text, escape);
  if (literal.size === 0) return json;
  let nth = -1;
  return json.replaceAll("$", () => (literal.has((nth += 1)) ? "\\u0024" : "$"));
}

/** Which of the dollar signs are not read as the start of a variable. */
function literalPlaces(text: string, escape: string): Set<number> {
  const places = new Set<number>();
  let quote = "";
  let nth = -1;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === escape && quote !== "'") {
      at += 1;
      if (text[at] === "$") mark(at);
    } else if (char === "$") {
      if (quote === "'") mark(at);
      else nth += 1;
    } else if ((char === "'" || char === '"') && (quote === "" || quote === char)) quote = quote === "" ? char : "";
  }
  return places;

  function mark(at: number): void {
    nth += 1;
    if (/[A-Za-z_{]/.test(text[at + 1] ?? "")) places.add(nth);
  }
}
