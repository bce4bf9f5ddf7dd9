import stringWidth from "string-width";
import type { Output } from "../io.ts";

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
/**
 * What is between the two is shown at once, by terminals that know how, and breaks no line: terminals don't all agree on
 * how wide a character is.
 */
const beginUpdate = "\u001b[?2026h\u001b[?7l";
const endUpdate = "\u001b[?7h\u001b[?2026l";
const clearLine = "\u001b[2K";
const clearBelow = "\u001b[J";

/** Lines at the end of a terminal that are drawn anew in place. Only those that changed are written. */
export class Screen {
  readonly #output: Output;
  #drawn: readonly string[] = [];
  #columns: number | undefined;
  #open = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Draws these lines in place of those drawn before. Each has to fit into the terminal's width. */
  draw(lines: readonly string[]): void {
    const resized = this.#columns !== this.#output.columns;
    let text = this.#open ? beginUpdate : `${beginUpdate}${hideCursor}`;
    text += this.#toTop(resized);
    if (resized) text += clearBelow;
    for (const [index, line] of lines.entries()) {
      const same = !resized && this.#drawn[index] === line;
      text += same ? "\r\n" : `${clearLine}${line}\r\n`;
    }
    if (!resized && this.#drawn.length > lines.length) text += clearBelow;
    this.#output.write(text + endUpdate);
    this.#drawn = lines;
    this.#columns = this.#output.columns;
    this.#open = true;
  }

  /** Takes what was drawn away, and gives the cursor back. */
  clear(): void {
    if (this.#drawn.length > 0) this.#output.write(this.#toTop(this.#columns !== this.#output.columns) + clearBelow);
    this.restore();
    this.#drawn = [];
  }

  /** Gives the cursor back, and leaves all as it is. */
  restore(): void {
    if (this.#open) this.#output.write(showCursor);
    this.#open = false;
  }

  #toTop(resized: boolean): string {
    const columns = this.#output.columns ?? 80;
    // A terminal that became narrower has broken the lines that no longer fit.
    const rows = resized
      ? this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0)
      : this.#drawn.length;
    return rows > 0 ? `\r\u001b[${rows}A` : "\r";
  }
}
