/** Gives a variable's value, or undefined where it isn't set. */
export type Lookup = (name: string) => string | undefined;

/** Why a text can't be expanded. */
export class ExpansionProblem {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/**
 * Expands variables as BuildKit's shell lexer does, and takes quotes and escapes off: `$V`, `${V}`, `:-`, `-`, `:+`, `+`,
 * `:?`, `?`, `#`, `##`, `%`, `%%`, `/`, `//`. Nothing is expanded in single quotes. A variable that isn't set is empty.
 * @throws ExpansionProblem
 */
export function expand(text: string, lookup: Lookup, escape: string, options: { readonly raw?: boolean } = {}): string {
  return new Expander(text, lookup, escape, options.raw ?? false).run();
}

class Expander {
  readonly #text: string;
  readonly #lookup: Lookup;
  readonly #escape: string;
  /** Quotes are text, as in a here-document. */
  readonly #raw: boolean;
  #at = 0;

  constructor(text: string, lookup: Lookup, escape: string, raw: boolean) {
    this.#text = text;
    this.#lookup = lookup;
    this.#escape = escape;
    this.#raw = raw;
  }

  run(stop?: string): string {
    let result = "";
    let quoted = false;
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at] as string;
      if (char === stop && !quoted) return result;
      if (char === this.#escape && !(this.#raw && !/[$\\`]/.test(this.#text[this.#at + 1] ?? ""))) {
        const next = this.#text[this.#at + 1];
        this.#at += 2;
        // Within double quotes an escape means something before few characters only.
        if (next === undefined) result += quoted ? char : "";
        else if (quoted && next !== '"' && next !== "$" && next !== this.#escape) result += char + next;
        else result += next;
      } else if (char === "'" && !quoted && !this.#raw) {
        const end = this.#text.indexOf("'", this.#at + 1);
        if (end < 0) throw new ExpansionProblem("a single quote is not closed");
        result += this.#text.slice(this.#at + 1, end);
        this.#at = end + 1;
      } else if (char === '"' && !this.#raw) {
        quoted = !quoted;
        this.#at += 1;
      } else if (char === "$") result += this.#variable();
      else {
        result += char;
        this.#at += 1;
      }
    }
    if (quoted) throw new ExpansionProblem("a double quote is not closed");
    if (stop !== undefined) throw new ExpansionProblem("`${` is not closed");
    return result;
  }

  #variable(): string {
    const rest = this.#text.slice(this.#at + 1);
    const plain = /^(?:[A-Za-z_]\w*|[0-9@*#?\-!$])/.exec(rest)?.[0];
    if (plain !== undefined) {
      this.#at += 1 + plain.length;
      return this.#lookup(plain) ?? "";
    }
    if (!rest.startsWith("{")) {
      this.#at += 1;
      return "$";
    }
    const match = /^\{([A-Za-z_]\w*|[0-9@*#?!$-])(:?[-+?]|##|#|%%|%|\/\/|\/|\})/.exec(rest);
    if (!match) throw new ExpansionProblem(`\`$${rest.slice(0, 20)}\` is no variable`);
    const [whole, name, operator] = match as unknown as [string, string, string];
    this.#at += 1 + whole.length;
    const value = this.#lookup(name);
    if (operator === "}") return value ?? "";
    const isPattern = /[#%/]/.test(operator);
    const word = isPattern ? this.#pattern(operator) : this.run("}");
    if (this.#text[this.#at] !== "}") throw new ExpansionProblem(`\`\${${name}\` is not closed`);
    this.#at += 1;
    if (isPattern) return applyPattern(value ?? "", operator, word, this.#escape);
    const set = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
    if (operator.endsWith("-")) return set ? (value as string) : word;
    if (operator.endsWith("+")) return set ? word : "";
    if (set) return value as string;
    throw new ExpansionProblem(`${name}: ${word || "not allowed to be empty"}`);
  }

  /** A pattern up to the closing brace, escapes kept for the matching. */
  #pattern(operator: string): string {
    let word = "";
    while (this.#at < this.#text.length && this.#text[this.#at] !== "}") {
      if (this.#text[this.#at] === this.#escape) word += this.#text[this.#at++] as string;
      if (this.#text[this.#at] === "$" && !operator.startsWith("/")) word += this.#variable();
      else word += this.#text[this.#at++] ?? "";
    }
    return word;
  }
}

function applyPattern(value: string, operator: string, word: string, escape: string): string {
  if (operator.startsWith("/")) {
    const slash = findUnescaped(word, "/", escape);
    const pattern = slash < 0 ? word : word.slice(0, slash);
    const replacement = slash < 0 ? "" : word.slice(slash + 1).replaceAll(`${escape}/`, "/");
    const source = globSource(pattern.replaceAll(`${escape}/`, "/"), escape, true);
    return value.replace(new RegExp(source, operator === "//" ? "gs" : "s"), () => replacement);
  }
  const greedy = operator.length === 2;
  const source = globSource(word, escape, greedy);
  if (operator.startsWith("#")) return value.replace(new RegExp(`^${source}`, "s"), "");
  if (greedy) return value.replace(new RegExp(`${source}$`, "s"), "");
  // The shortest match at the end: try from the right.
  const whole = new RegExp(`^${globSource(word, escape, true)}$`, "s");
  for (let at = value.length; at >= 0; at--) if (whole.test(value.slice(at))) return value.slice(0, at);
  return value;
}

function findUnescaped(text: string, wanted: string, escape: string): number {
  for (let i = 0; i < text.length; i++) {
    if (text[i] === escape) i += 1;
    else if (text[i] === wanted) return i;
  }
  return -1;
}

function globSource(glob: string, escape: string, greedy: boolean): string {
  let source = "";
  for (let i = 0; i < glob.length; i++) {
    const char = glob[i] as string;
    if (char === "*") source += greedy ? ".*" : ".*?";
    else if (char === "?") source += ".";
    else {
      if (char === escape) i += 1;
      source += (glob[i] ?? "").replace(/[.+*?^${}()|[\]\\/]/, "\\$&");
    }
  }
  return source;
}
