/** One of a process's output streams. */
export type OutputStream = "stdout" | "stderr";

/**
 * Takes the engine's multiplexed stream apart: frames of an 8-byte header (stream, three zeros, length big-endian) and
 * a payload, in any chunks. The payload is handed on as it comes, also before its frame is whole.
 */
export class Demultiplexer {
  readonly #onData: (data: Buffer, stream: OutputStream) => void;
  #header = Buffer.alloc(0);
  #left = 0;
  #stream: OutputStream = "stdout";

  constructor(onData: (data: Buffer, stream: OutputStream) => void) {
    this.#onData = onData;
  }

  write(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#left > 0) {
        const part = rest.subarray(0, this.#left);
        this.#left -= part.length;
        rest = rest.subarray(part.length);
        this.#onData(part, this.#stream);
        continue;
      }
      const needed = 8 - this.#header.length;
      this.#header = Buffer.concat([this.#header, rest.subarray(0, needed)]);
      rest = rest.subarray(needed);
      if (this.#header.length === 8) {
        this.#stream = this.#header[0] === 2 ? "stderr" : "stdout";
        this.#left = this.#header.readUInt32BE(4);
        this.#header = Buffer.alloc(0);
      }
    }
  }
}
