/** A text that was changed so that the parser takes it, and where its parts were before. */
export interface RelaxedText {
  readonly text: string;
  /** The offset in the text as it was written. */
  original(offset: number): number;
}

/** A text as it was written. */
export function asWritten(text: string): RelaxedText {
  return { text, original: (offset) => offset };
}

/**
 * The text with the lines inside of `[…]`, `{…}` and quotes indented: YAML wants them deeper than what they belong to,
 * but many people write a closing bracket right below its key, and the reference implementation's parser doesn't mind.
 */
export function relaxIndentation(text: string): RelaxedText {
  const insertions: { readonly at: number; readonly count: number }[] = [];
  let result = "";
  let copied = 0;
  let inserted = 0;
  new FlowScanner(text).eachLine((at, count) => {
    result += text.slice(copied, at) + " ".repeat(count);
    copied = at;
    inserted += count;
    insertions.push({ at, count: inserted });
  });
  result += text.slice(copied);
  const original = (offset: number): number => {
    let [low, high] = [0, insertions.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const one = insertions[middle]!;
      if (one.at + one.count <= offset) low = middle + 1;
      else high = middle;
    }
    const before = insertions[low - 1];
    const next = insertions[low];
    const moved = offset - (before?.count ?? 0);
    return next ? Math.min(moved, next.at) : moved;
  };
  return { text: result, original };
}

/** Finds the lines that go on with a flow collection or a quoted scalar. */
class FlowScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Calls `found` with the start of each such line and how many blanks make it deep enough. */
  eachLine(found: (at: number, count: number) => void): void {
    while (this.#at < this.#text.length) {
      const lineStart = this.#at;
      const indent = this.#skip(/ */y).length;
      // What may stand before a value: dashes, keys, anchors and tags.
      this.#skip(
        /(?:- +|(?:"(?:\\.|[^"\\\n])*"|'(?:''|[^'\n])*'|[^\s#"'[\]{}&*!|>%@`,-][^\n]*?|-[^\s][^\n]*?) *:[ \t]+|[&!]\S* +)*/y,
      );
      const first = this.#text[this.#at];
      if (first === "|" || first === ">") this.#blockScalar(indent);
      else if (first === "[" || first === "{" || first === '"' || first === "'")
        this.#flow(this.#at - lineStart + 1, found);
      this.#skip(/[^\n]*\n?/y);
    }
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const matched = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += matched.length;
    return matched;
  }

  /** Goes to the last line of a literal text: everything that is indented more than its key. */
  #blockScalar(indent: number): void {
    this.#skip(/[^\n]*/y);
    while (this.#at < this.#text.length) {
      const line = /\n([ \t]*)([^\n]*)/y;
      line.lastIndex = this.#at;
      const match = line.exec(this.#text);
      if (!match || (match[2]?.trim() !== "" && (match[1]?.length ?? 0) <= indent)) return;
      this.#at += match[0].length;
    }
  }

  /** Goes behind the bracket or quote that ends what begins here. */
  #flow(count: number, found: (at: number, count: number) => void): void {
    let depth = 0;
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at]!;
      if (character === '"' || character === "'") this.#quoted(character, count, found);
      else if (character === "#" && /\s/.test(this.#text[this.#at - 1] ?? " ")) this.#skip(/[^\n]*/y);
      else {
        if (character === "[" || character === "{") depth++;
        if (character === "]" || character === "}") depth--;
        this.#at++;
        if (character === "\n") found(this.#at, count);
      }
      if (depth <= 0) return;
    }
  }

  #quoted(quote: string, count: number, found: (at: number, count: number) => void): void {
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at];
      if (character === quote) {
        if (quote === '"' || this.#text[this.#at + 1] !== "'") break;
        this.#at++;
      } else if (character === "\\" && quote === '"' && this.#text[this.#at + 1] !== "\n") this.#at++;
      else if (character === "\n") found(this.#at + 1, count);
    }
    this.#at++;
  }
}
