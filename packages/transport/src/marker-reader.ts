/**
 * Finds marked words (marker, word, newline) in a byte stream and hands on everything else as it comes. It lets a
 * wrapper in the container speak to us on the stream that also carries a command's output.
 */
export class MarkerReader {
  readonly #marker: Buffer;
  readonly #onData: (data: Buffer) => void;
  readonly #onWord: (word: string) => void;
  #held = Buffer.alloc(0);

  constructor(marker: string, onData: (data: Buffer) => void, onWord: (word: string) => void) {
    this.#marker = Buffer.from(marker);
    this.#onData = onData;
    this.#onWord = onWord;
  }

  write(chunk: Buffer): void {
    let rest = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    for (;;) {
      const at = rest.indexOf(this.#marker);
      const end = at < 0 ? -1 : rest.indexOf(10, at + this.#marker.length);
      const plain = at < 0 ? rest.length - this.#begun(rest) : at;
      if (plain > 0) this.#onData(rest.subarray(0, plain));
      if (end < 0) {
        this.#held = Buffer.from(rest.subarray(plain));
        return;
      }
      this.#onWord(rest.subarray(at + this.#marker.length, end).toString());
      rest = rest.subarray(end + 1);
    }
  }

  /** Hands on what was held back as the beginning of a marker. */
  end(): void {
    if (this.#held.length > 0) this.#onData(this.#held);
    this.#held = Buffer.alloc(0);
  }

  /** How many bytes at the end of `data` begin a marker. */
  #begun(data: Buffer): number {
    for (let length = Math.min(this.#marker.length - 1, data.length); length > 0; length--) {
      if (data.subarray(data.length - length).equals(this.#marker.subarray(0, length))) return length;
    }
    return 0;
  }
}
