import stringWidth from "string-width";

/** As much of a plain text as `width` columns hold; where it is cut, an ellipsis is its end. */
export function fitText(text: string, width: number, ellipsis = "…"): string {
  if (width <= 0) return "";
  if (stringWidth(text) <= width) return text;
  const room = width - stringWidth(ellipsis);
  let fitted = "";
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += stringWidth(segment);
    if (used > room) break;
    fitted += segment;
  }
  return room < 0 ? "" : fitted + ellipsis;
}

/** A plain text in just `width` columns: cut or filled with blanks. */
export function padText(text: string, width: number, ellipsis = "…"): string {
  const fitted = fitText(text, width, ellipsis);
  return fitted + " ".repeat(Math.max(0, width - stringWidth(fitted)));
}
