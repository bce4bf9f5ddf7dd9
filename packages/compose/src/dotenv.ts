import { substitute } from "./interpolate.ts";

const line =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*(?:[=:][ \t]*(?:'([^']*)'|"((?:\\.|[^"\\])*)"|([^\r\n]*?)))?[ \t]*(?:[ \t]#[^\r\n]*)?$/gm;

/**
 * Reads a `.env` file: `NAME=value`, quotes, comments, `export`, variables in what isn't single-quoted.
 * @param lookup values from outside; they win over the file's own in references
 */
export function parseDotenv(
  text: string,
  lookup: (name: string) => string | undefined = () => undefined,
): Record<string, string> {
  const result: Record<string, string> = Object.create(null) as Record<string, string>;
  const find = (name: string): string | undefined => lookup(name) ?? result[name];
  const bare = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  for (const [, name, single, double, plain] of bare.matchAll(line)) {
    if (name === undefined) continue;
    if (single !== undefined) result[name] = single;
    else if (double !== undefined) result[name] = substitute(unescape(double), find);
    else if (plain === undefined) {
      const inherited = lookup(name);
      if (inherited !== undefined) result[name] = inherited;
    } else result[name] = substitute(plain.replace(/(?:^|[ \t])#.*$/, "").trim(), find);
  }
  return { ...result };
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/gs, (whole, char: string) => escapes[char] ?? (char === "$" ? "$$" : whole));
}
