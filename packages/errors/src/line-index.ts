import type { Position, SourceRange } from "./source-range.ts";

/**
 * Turns offsets of one text into lines and columns. Built once in linear time; each look-up is a binary search.
 * Lines end at `\n`, `\r\n` or a lone `\r`.
 */
export class LineIndex {
  readonly #starts: number[] = [0];
  readonly #length: number;
  readonly #file: string | undefined;

  constructor(text: string, file?: string) {
    this.#length = text.length;
    this.#file = file;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) this.#starts.push(i + 1);
    }
  }

  /** The position of `offset`, which is clamped to the text. */
  position(offset: number): Position {
    const at = Math.min(Math.max(offset, 0), this.#length);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    return { offset: at, line: low + 1, column: at - (this.#starts[low] as number) + 1 };
  }

  /** The range from `start` up to, not including, `end`, both offsets. */
  range(start: number, end: number): SourceRange {
    const range = { start: this.position(start), end: this.position(end) };
    return this.#file === undefined ? range : { file: this.#file, ...range };
  }
}
