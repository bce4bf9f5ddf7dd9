import { type Lookup, substitute, type SubstitutionIssue } from "../interpolation/substitute.ts";

/** What is wrong in an env file; offsets are in its text. */
export interface DotenvIssue {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly severity: "error" | "warning";
}

/** The variables of an env file in their order, and what was noticed. */
export interface Dotenv {
  readonly variables: ReadonlyMap<string, string>;
  readonly issues: readonly DotenvIssue[];
}

/**
 * Reads `KEY=value` lines as the reference implementation does: `export` before a name and `KEY: value` are allowed, `#`
 * starts a comment at the start of a line or after a blank, single quotes keep everything, double quotes know escapes,
 * both may span lines, and `$V` stands for what `lookup` gives or an earlier line set. A name alone takes its value from
 * `lookup`, and is left out if it has none there. `earlier` gives what earlier files set: a line of this one wins.
 */
export function parseDotenv(text: string, lookup: Lookup, earlier: Lookup = () => undefined): Dotenv {
  return new DotenvParser(text, lookup, earlier).parse();
}

/** Reads `KEY=value` lines as they stand: nothing is unquoted, nothing is replaced. */
export function parseRawDotenv(text: string): Dotenv {
  const variables = new Map<string, string>();
  const issues: DotenvIssue[] = [];
  let start = 0;
  for (const full of text.split("\n")) {
    const line = full.replace(/\r$/, "");
    const [, key, value] = /^\s*([^#=\s][^=]*)(?:=(.*))?$/s.exec(line) ?? [];
    if (key !== undefined && /\s/.test(key)) {
      const message = `the name of a variable cannot have blanks in it (\`${key}\`)`;
      issues.push({ message, start, end: start + line.length, severity: "error" });
    } else if (key !== undefined && value !== undefined) variables.set(key, value);
    start += full.length + 1;
  }
  return { variables, issues };
}

class DotenvParser {
  readonly #text: string;
  readonly #lookup: Lookup;
  readonly #earlier: Lookup;
  readonly #variables = new Map<string, string>();
  readonly #issues: DotenvIssue[] = [];
  #at = 0;

  constructor(text: string, lookup: Lookup, earlier: Lookup) {
    this.#text = text.startsWith("\uFEFF") ? text.slice(1) : text;
    this.#lookup = lookup;
    this.#earlier = earlier;
  }

  parse(): Dotenv {
    while ((this.#skip(/(?:\s+|#[^\n]*)*/y), this.#at < this.#text.length)) this.#statement();
    return { variables: this.#variables, issues: this.#issues };
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #issue(message: string, start: number, end: number): void {
    this.#issues.push({ message, start, end, severity: "error" });
  }

  #statement(): void {
    this.#skip(/export[^\S\n]+/y);
    const start = this.#at;
    const key = this.#skip(/[^=:\n]*/y).trimEnd();
    const end = start + key.length;
    const separator = this.#text[this.#at];
    const bad = /[^\p{L}\p{N}_.\-[\]]/u.exec(key)?.[0];
    if (bad !== undefined) {
      this.#issue(`\`${bad}\` cannot be in the name of a variable (\`${key}\`)`, start, Math.max(end, start + 1));
      this.#skip(/[^\n]*/y);
      return;
    }
    if (separator === undefined || separator === "\n") {
      const inherited = this.#lookup(key);
      if (inherited !== undefined) this.#variables.set(key, inherited);
      return;
    }
    this.#at++;
    this.#skip(/[^\S\n]*/y);
    const value = this.#value();
    if (value !== undefined) this.#variables.set(key, value);
  }

  #value(): string | undefined {
    const start = this.#at;
    const quote = this.#text[start];
    if (quote !== '"' && quote !== "'") {
      const line = this.#skip(/[^\n]*/y);
      return this.#expand((line.split(" #", 1)[0] ?? "").trimEnd(), start);
    }
    const quoted = this.#skip(quote === '"' ? /"(?:\\[^]|[^"\\])*"/y : /'(?:\\[^]|[^'\\])*'/y);
    if (quoted === "") {
      const line = this.#skip(/[^\n]*/y);
      this.#issue(`the quote is not closed: ${line}`, start, this.#at);
      return undefined;
    }
    const inside = quoted.slice(1, -1).replaceAll(`\\${quote}`, quote);
    return quote === "'" ? inside : this.#expand(unescape(inside), start);
  }

  #expand(text: string, start: number): string {
    const found = substitute(text, (name) => this.#lookup(name) ?? this.#variables.get(name) ?? this.#earlier(name));
    for (const issue of found.issues) this.#substitutionIssue(issue, start, text);
    return found.text;
  }

  #substitutionIssue({ kind, message }: SubstitutionIssue, start: number, text: string): void {
    const severity = kind === "unset" ? "warning" : "error";
    this.#issues.push({ message, start, end: start + text.length, severity });
  }
}

/** Go's escapes; `\$` becomes `$$`, which the replacement of variables makes a dollar sign. */
function unescape(text: string): string {
  return text.replace(
    /\\(?:([abcfnrtv$"\\])|0(\d{0,3}))/g,
    (all, letter: string | undefined, octal: string | undefined) => {
      if (letter === "$") return "$$";
      if (letter !== undefined) return escapes[letter] ?? letter;
      return octal === undefined || !/^[0-7]{1,3}$/.test(octal) ? all : String.fromCharCode(Number.parseInt(octal, 8));
    },
  );
}

const escapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
