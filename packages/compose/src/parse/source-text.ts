import { LineIndex, type SourceRange } from "@slipway/errors";

/** A text that nodes come from, under the name that its user knows it by. Lines are counted when first asked for. */
export class SourceText {
  readonly text: string;
  readonly name: string | undefined;
  #index: LineIndex | undefined;

  constructor(text: string, name?: string) {
    // A byte order mark is no column of the first line.
    this.text = text.startsWith("\uFEFF") ? text.slice(1) : text;
    this.name = name;
  }

  /** The range from `start` up to, not including, `end`, both offsets. */
  range(start: number, end: number): SourceRange {
    this.#index ??= new LineIndex(this.text, this.name);
    return this.#index.range(start, end);
  }
}

/** A stretch of a source text. */
export interface Span {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}
