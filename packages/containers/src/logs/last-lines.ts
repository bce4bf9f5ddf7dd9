import type { LogChunk } from "./log-chunk.ts";

const longestLine = 500;

/** Keeps the last lines of what it is given, of both streams, each cut to a length that can be shown. */
export class LastLines {
  readonly #count: number;
  readonly #lines: string[] = [];
  readonly #partial = { stdout: "", stderr: "" };
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };

  constructor(count = 20) {
    this.#count = count;
  }

  add({ stream, data }: LogChunk): void {
    const lines = (this.#partial[stream] + this.#decoders[stream].decode(data, { stream: true })).split(/\r?\n/);
    this.#partial[stream] = (lines.pop() ?? "").slice(0, longestLine);
    for (const line of lines) this.#lines.push(line.slice(0, longestLine));
    if (this.#lines.length > this.#count) this.#lines.splice(0, this.#lines.length - this.#count);
  }

  get(): readonly string[] {
    const unfinished = [this.#partial.stdout, this.#partial.stderr].filter((line) => line !== "");
    return [...this.#lines, ...unfinished].slice(-this.#count);
  }
}
