/** What a text with variables may refer to. */
export type Lookup = (name: string) => string | undefined;

/** What is wrong with a text with variables, or noteworthy about it. Offsets are in the text. */
export interface SubstitutionIssue {
  readonly kind: "syntax" | "required" | "unset";
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** The text without variables, and what was noticed. */
export interface Substitution {
  readonly text: string;
  readonly issues: readonly SubstitutionIssue[];
}

/**
 * Replaces `$V`, `${V}`, `${V:-default}`, `${V-default}`, `${V:?message}`, `${V?message}`, `${V:+other}` and
 * `${V+other}`; defaults may contain variables again. `$$` is a dollar sign. A `$` before anything else stands for
 * itself. Variables without a value and a default become empty.
 */
export function substitute(text: string, lookup: Lookup): Substitution {
  if (!text.includes("$")) return { text, issues: [] };
  const issues: SubstitutionIssue[] = [];
  return { text: expand(text, 0, 0, lookup, issues), issues };
}

/** Defaults of defaults of defaults: nobody writes more of them. */
const maxDepth = 50;

function expand(text: string, offset: number, depth: number, lookup: Lookup, issues: SubstitutionIssue[]): string {
  if (depth > maxDepth) {
    const message = `variables are nested more than ${maxDepth} times`;
    issues.push({ kind: "syntax", message, start: offset, end: offset + text.length });
    return "";
  }
  let result = "";
  let i = 0;
  while (i < text.length) {
    const dollar = text.indexOf("$", i);
    if (dollar < 0) break;
    result += text.slice(i, dollar);
    i = dollar;
    const next = text[dollar + 1];
    const name = /^[_a-zA-Z][_a-zA-Z0-9]*/.exec(text.slice(dollar + 1, dollar + 257))?.[0];
    if (next === "$") {
      result += "$";
      i += 2;
    } else if (next === "{") {
      const end = closingBrace(text, dollar + 1);
      const inside = text.slice(dollar + 2, end < 0 ? undefined : end);
      i = end < 0 ? text.length : end + 1;
      const place = { start: offset + dollar, end: offset + i };
      if (end < 0) issues.push({ kind: "syntax", message: "`${` has no closing `}`", ...place });
      else result += braced(inside, offset + dollar + 2, depth, place, lookup, issues);
    } else if (name === undefined) {
      result += "$";
      i += 1;
    } else {
      i += 1 + name.length;
      result += valueOf(name, { start: offset + dollar, end: offset + i }, lookup, issues);
    }
  }
  return result + text.slice(i);
}

interface Place {
  readonly start: number;
  readonly end: number;
}

function valueOf(name: string, place: Place, lookup: Lookup, issues: SubstitutionIssue[]): string {
  const value = lookup(name);
  if (value === undefined) {
    issues.push({ kind: "unset", message: `variable ${name} is not set: an empty string takes its place`, ...place });
  }
  return value ?? "";
}

/** The content of `${…}`. The earliest operator wins. */
function braced(
  inside: string,
  offset: number,
  depth: number,
  place: Place,
  lookup: Lookup,
  issues: SubstitutionIssue[],
): string {
  const match = /^([_a-zA-Z][_a-zA-Z0-9]*)(?:(:?[-?+])(.*))?$/.exec(inside);
  if (!match) {
    const message = `\`\${${inside.replaceAll("\n", "\\n")}}\` is no variable: expected a name, then nothing, or one of :- - :? ? :+ + and a text`;
    issues.push({ kind: "syntax", message, ...place });
    return "";
  }
  const [, name = "", operator, rest = ""] = match;
  if (operator === undefined) return valueOf(name, place, lookup, issues);
  const value = lookup(name);
  const present = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
  if (operator.endsWith("+") && !present) return "";
  const noticed: SubstitutionIssue[] = [];
  const reason = expand(rest, offset + inside.length - rest.length, depth + 1, lookup, noticed);
  const needed = operator.endsWith("+") || !present;
  // What is not needed must be right all the same, but may name variables that are not set.
  issues.push(...noticed.filter(({ kind }) => needed || kind !== "unset"));
  if (operator.endsWith("+")) return reason;
  if (present) return value ?? "";
  if (operator.endsWith("-")) return reason;
  issues.push({
    kind: "required",
    message: `variable ${name} is required and has no value${reason === "" ? "" : `: ${reason}`}`,
    ...place,
  });
  return "";
}

/**
 * Where the brace at `open` is closed. Braces are counted, so that a default may contain pairs of them, but as the
 * reference implementation does it: what follows an opening brace is passed over. Where the count doesn't come out, the
 * last brace of the line is the one.
 */
function closingBrace(text: string, open: number): number {
  const lineEnd = text.indexOf("\n", open);
  const last = text.lastIndexOf("}", lineEnd < 0 ? text.length : lineEnd);
  let depth = 0;
  for (let i = open; i <= last; i++) {
    if (text[i] === "}" && --depth === 0) return i;
    if (text[i] === "{") {
      depth++;
      i++;
    }
  }
  return last > open ? last : -1;
}
