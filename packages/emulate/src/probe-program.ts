import type { Architecture } from "./architecture.ts";

/** What the program ends with, which no failure to start it does. */
export const probeExitCode = 42;

/** The smallest program of an architecture: a static ELF that ends with 42. */
export function probeProgram({ bits, bigEndian, machine, flags, exit42 }: Architecture): Buffer {
  const code = Buffer.from(exit42, "hex");
  const is64 = bits === 64;
  const headerSize = is64 ? 64 : 52;
  const segmentSize = is64 ? 56 : 32;
  const start = headerSize + segmentSize;
  const base = is64 ? 0x40_00_00 : 0x1_00_00;
  const file = new ElfWriter(start, bigEndian);
  file.bytes([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, bigEndian ? 2 : 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  file.half(2, machine);
  file.word(1);
  const address = (...values: number[]): void => (is64 ? file.long(...values) : file.word(...values));
  address(base + start, headerSize, 0);
  file.word(flags);
  file.half(headerSize, segmentSize, 1, 0, 0, 0);
  const size = start + code.length;
  // PT_LOAD; where the flags stand depends on the class. Readable and executable.
  file.word(1);
  if (is64) file.word(5);
  address(0, base, base, size, size);
  if (!is64) file.word(5);
  address(0x1_00_00);
  return Buffer.concat([file.buffer, code]);
}

class ElfWriter {
  readonly buffer: Buffer;
  readonly #bigEndian: boolean;
  #at = 0;

  constructor(size: number, bigEndian: boolean) {
    this.buffer = Buffer.alloc(size);
    this.#bigEndian = bigEndian;
  }

  bytes(values: readonly number[]): void {
    this.buffer.set(values, this.#at);
    this.#at += values.length;
  }

  half(...values: number[]): void {
    for (const value of values) this.#put(value, 2);
  }

  word(...values: number[]): void {
    for (const value of values) this.#put(value, 4);
  }

  long(...values: number[]): void {
    for (const value of values) {
      if (this.#bigEndian) this.#at += 4;
      this.#put(value, 4);
      if (!this.#bigEndian) this.#at += 4;
    }
  }

  #put(value: number, size: number): void {
    if (this.#bigEndian) this.buffer.writeUIntBE(value, this.#at, size);
    else this.buffer.writeUIntLE(value, this.#at, size);
    this.#at += size;
  }
}
