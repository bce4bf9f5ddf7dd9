/** The last lines of a script's output, at most twenty, whatever its length. */
export class LastLines {
  readonly #lines: string[] = [];
  #open = "";

  write(data: string): void {
    const lines = (this.#open + data).split("\n");
    // A line without end is cut, so that it takes no memory either.
    this.#open = (lines.pop() ?? "").slice(-4096);
    for (const line of lines.slice(-20)) this.#lines.push(line.replace(/\r$/, "").slice(-4096));
    this.#lines.splice(0, this.#lines.length - 20);
  }

  lines(): string[] {
    return [...this.#lines, ...(this.#open === "" ? [] : [this.#open])].slice(-20);
  }
}
