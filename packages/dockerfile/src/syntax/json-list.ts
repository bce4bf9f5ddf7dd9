/** What an argument is in which JSON's list form may be used. */
export type JsonForm =
  | { readonly kind: "list"; readonly items: readonly string[] }
  /** A JSON list that holds something else than strings, which is an error. */
  | { readonly kind: "not-strings" }
  /** No JSON list: it is taken as written. */
  | { readonly kind: "text" };

/**
 * Reads the JSON form of CMD, COPY and others. It must be the whole text; anything else is shell form.
 * @param options.tail whether more may follow, which is ignored (Docker 20.10)
 */
export function readJsonForm(text: string, options: { readonly tail?: boolean } = {}): JsonForm {
  if (!text.startsWith("[")) return { kind: "text" };
  let list: unknown;
  try {
    list = JSON.parse(options.tail ? text.slice(0, listEnd(text)) : text);
  } catch {
    return { kind: "text" };
  }
  if (!Array.isArray(list)) return { kind: "text" };
  return list.every((item) => typeof item === "string") ? { kind: "list", items: list } : { kind: "not-strings" };
}

/** Where the list ends that the text begins with. */
function listEnd(text: string): number {
  let depth = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (isQuoted && char === "\\") i += 1;
    else if (char === '"') isQuoted = !isQuoted;
    else if (!isQuoted && char === "[") depth += 1;
    else if (!isQuoted && char === "]" && --depth === 0) return i + 1;
  }
  return text.length;
}
