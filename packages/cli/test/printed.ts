/** What a command has printed so far, to wait for a text in it. */
export class Printed {
  #output = "";
  #ended = false;
  readonly #waiting = new Set<() => void>();

  get text(): string {
    return this.#output;
  }

  add(text: string | Uint8Array): void {
    this.#output += Buffer.from(text).toString();
    for (const check of this.#waiting) check();
  }

  /** The command prints nothing more. */
  end(): void {
    this.#ended = true;
    for (const check of this.#waiting) check();
  }

  /** Resolves once a text has been printed so many times; rejects where the command ends before. */
  until(text: string, times = 1): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const isThere = this.#output.split(text).length > times;
        if (!isThere && !this.#ended) return;
        this.#waiting.delete(check);
        if (isThere) resolve();
        else reject(new Error(`it ended without printing "${text}":\n${this.#output}`));
      };
      this.#waiting.add(check);
      check();
    });
  }
}
