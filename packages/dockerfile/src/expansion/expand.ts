import { ExpansionProblem, replacePattern, trimPrefix, trimSuffix } from "./pattern.ts";
import { isSpace } from "../syntax/space.ts";

/** Gives a variable's value, or undefined where it isn't set. */
export type Lookup = (name: string) => string | undefined;

export interface ExpandOptions {
  /** Quotes are text, as in a here-document that is copied. */
  readonly skipQuotes?: boolean | undefined;
  /** Quotes stay where they are, though they still quote. */
  readonly keepQuotes?: boolean | undefined;
  readonly keepEscapes?: boolean | undefined;
  /** A variable that isn't set stays as written. */
  readonly keepUnset?: boolean | undefined;
  /** `<< NAME` is one word. */
  readonly joinHeredocs?: boolean | undefined;
  /** Only `${V:-…}`, `${V:+…}`, `${V:?…}` and `${V?…}`, as Docker 20.10 has them. */
  readonly colonOnly?: boolean | undefined;
}

/**
 * Expands variables as BuildKit's shell lexer does, and takes quotes and escapes off: `$V`, `${V}`, `:-`, `-`, `:+`, `+`,
 * `:?`, `?`, `#`, `##`, `%`, `%%`, `/`, `//`. Nothing is expanded in single quotes. A variable that isn't set is empty.
 * @throws ExpansionProblem
 */
export function expand(text: string, lookup: Lookup, escape: string, options: ExpandOptions = {}): string {
  return isPlain(text, escape) ? text : new Expander(text, lookup, escape, options).run().text;
}

/**
 * The same, split into words at the white space that is neither quoted nor escaped, also at that which comes out of a
 * variable, as EXPOSE does.
 * @throws ExpansionProblem
 */
export function expandWords(text: string, lookup: Lookup, escape: string, options: ExpandOptions = {}): string[] {
  return new Expander(text, lookup, escape, options).run().words;
}

function isPlain(text: string, escape: string): boolean {
  return !(text.includes("$") || text.includes("'") || text.includes('"') || text.includes(escape));
}

/** How deep `${…}` may be nested: far beyond any use, and within the stack. */
const deepest = 200;

class Expander {
  readonly #text: string;
  readonly #lookup: Lookup;
  readonly #escape: string;
  readonly #options: ExpandOptions;
  #keepEscapes: boolean;
  #at = 0;
  #depth = 0;

  constructor(text: string, lookup: Lookup, escape: string, options: ExpandOptions) {
    this.#text = text;
    this.#lookup = lookup;
    this.#escape = escape;
    this.#options = options;
    this.#keepEscapes = options.keepEscapes ?? false;
  }

  run(): { text: string; words: string[] } {
    return this.#until(undefined, this.#keepEscapes);
  }

  #until(stop: string | undefined, keepEscapes: boolean): { text: string; words: string[] } {
    if (++this.#depth > deepest) throw new ExpansionProblem(`\`\${…}\` is nested more than ${deepest} deep`);
    const before = this.#keepEscapes;
    this.#keepEscapes = keepEscapes;
    let result = "";
    const words = new WordCollector();
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) break;
      if (char === stop) {
        this.#at += 1;
        this.#keepEscapes = before;
        this.#depth -= 1;
        return { text: result, words: words.end() };
      }
      if (char === "$") {
        const value = this.#dollar();
        result += value;
        words.add(value);
      } else if ((char === "'" || char === '"') && !this.#options.skipQuotes) {
        const value = char === "'" ? this.#singleQuoted() : this.#doubleQuoted();
        result += value;
        words.addRaw(value);
      } else if (this.#options.joinHeredocs && this.#text.startsWith("<<", this.#at)) {
        const start = this.#at;
        this.#at += this.#text[this.#at + 2] === "-" ? 3 : 2;
        while (isSpace(this.#text[this.#at])) this.#at += 1;
        const announced = this.#text.slice(start, this.#at);
        result += announced;
        words.addRaw(announced);
      } else if (char === this.#escape) {
        if (this.#keepEscapes) {
          result += char;
          words.addRaw(char);
        }
        const next = this.#text[this.#at + 1];
        this.#at += 2;
        if (next === undefined) break;
        result += next;
        words.addRaw(next);
      } else {
        this.#at += 1;
        result += char;
        words.add(char);
      }
    }
    if (stop !== undefined)
      throw new ExpansionProblem(stop === "}" ? "`${` is not closed" : `\`${stop}\` is missing in \`\${…}\``);
    this.#keepEscapes = before;
    return { text: result, words: words.end() };
  }

  #singleQuoted(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end < 0) throw new ExpansionProblem("a single quote is not closed");
    const inner = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return this.#options.keepQuotes ? `'${inner}'` : inner;
  }

  #doubleQuoted(): string {
    let result = this.#options.keepQuotes ? '"' : "";
    this.#at += 1;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new ExpansionProblem("a double quote is not closed");
      if (char === '"') {
        this.#at += 1;
        return this.#options.keepQuotes ? `${result}"` : result;
      }
      if (char === "$") {
        result += this.#dollar();
        continue;
      }
      this.#at += 1;
      if (char !== this.#escape) {
        result += char;
        continue;
      }
      if (this.#keepEscapes) result += char;
      const next = this.#text[this.#at];
      if (next === undefined) continue;
      // Within double quotes an escape means something before these only.
      if (next === '"' || next === "$" || next === this.#escape) {
        this.#at += 1;
        result += next;
      } else result += char;
    }
  }

  #dollar(): string {
    this.#at += 1;
    if (this.#text[this.#at] !== "{") {
      const name = this.#name();
      if (name === "") return "$";
      const value = this.#lookup(name);
      return value ?? (this.#options.keepUnset ? `$${name}` : "");
    }
    const start = this.#at - 1;
    this.#at += 1;
    const first = this.#text[this.#at];
    if (first === undefined) throw new ExpansionProblem("`${` is not closed");
    if (first === "{" || first === "}" || first === ":")
      throw new ExpansionProblem("bad substitution: `${` needs a name");
    const name = this.#name();
    const operator = this.#text[this.#at++];
    if (operator === "}") return this.#lookup(name) ?? (this.#options.keepUnset ? `\${${name}}` : "");
    const value = this.#modified(name, operator);
    if (this.#options.keepUnset && this.#lookup(name) === undefined) return this.#text.slice(start, this.#at);
    return value;
  }

  #modified(name: string, operator: string | undefined): string {
    const colon = operator === ":";
    const kind = colon ? this.#text[this.#at++] : operator;
    const written = `${colon ? ":" : ""}${kind ?? ""}`;
    const known = this.#options.colonOnly ? [":-", ":+", ":?", "?"] : [":-", ":+", ":?", "-", "+", "?", "#", "%", "/"];
    if (!known.includes(written)) {
      if (kind === undefined) throw new ExpansionProblem(`\`\${${name}\` is not closed`);
      throw new ExpansionProblem(`unsupported modifier \`${written}\` in \`\${${name}${written}…}\``);
    }
    if (kind === "/") return this.#replaced(name);
    const isPattern = kind === "#" || kind === "%";
    const { text: word } = this.#until("}", isPattern);
    const value = this.#lookup(name);
    const isSet = colon ? value !== undefined && value !== "" : value !== undefined;
    switch (kind) {
      case "-":
        return isSet ? (value as string) : word;
      case "+":
        return isSet ? word : "";
      case "?":
        if (isSet) return value as string;
        throw new ExpansionProblem(
          `${name}: ${word || `is not allowed to be ${value === undefined ? "unset" : "empty"}`}`,
        );
      default: {
        const greedy = word.startsWith(kind as string);
        const pattern = greedy ? word.slice(1) : word;
        return (kind === "#" ? trimPrefix : trimSuffix)(pattern, value ?? "", greedy);
      }
    }
  }

  #replaced(name: string): string {
    const all = this.#text[this.#at] === "/";
    if (all) this.#at += 1;
    const { text: pattern } = this.#until("/", true);
    const { text: replacement } = this.#until("}", true);
    return replacePattern(pattern, this.#lookup(name) ?? "", replacement, all);
  }

  /** Letters, digits and `_`; or digits alone; or one special parameter. Empty where none of these stands here. */
  #name(): string {
    const start = this.#at;
    const first = this.#text[this.#at];
    if (first === undefined) return "";
    if (/\p{Nd}/u.test(first)) {
      while (/^\p{Nd}/u.test(this.#text[this.#at] ?? "")) this.#at += 1;
      return this.#text.slice(start, this.#at);
    }
    if ("@*#?-$!".includes(first)) {
      this.#at += 1;
      return first;
    }
    const name = /[\p{L}\p{Nd}_]*/uy;
    name.lastIndex = start;
    const [match] = name.exec(this.#text) as RegExpExecArray;
    this.#at += match.length;
    return match;
  }
}

class WordCollector {
  readonly #words: string[] = [];
  #word = "";
  #inWord = false;

  add(text: string): void {
    for (const char of text) {
      if (isSpace(char)) this.#close();
      else this.addRaw(char);
    }
  }

  addRaw(text: string): void {
    this.#word += text;
    this.#inWord = true;
  }

  end(): string[] {
    this.#close();
    return this.#words;
  }

  #close(): void {
    if (this.#inWord && this.#word !== "") this.#words.push(this.#word);
    this.#word = "";
    this.#inWord = false;
  }
}
