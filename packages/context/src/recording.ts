/** What was read of a stream's chunks, without a copy of it. Positions are those in the chunk at hand. */
export class Recording {
  #pieces: Buffer[] = [];
  /** Where what is not among the pieces yet begins. */
  #from: number;
  /** How many pieces there were at the mark. */
  #markedPieces = 0;
  /** Where the mark is, if no piece has come since. */
  #marked: number;
  #isOver = false;

  constructor(at: number) {
    this.#from = at;
    this.#marked = at;
  }

  /** Of how many chunks there is something, besides the one at hand. */
  get length(): number {
    return this.#pieces.length;
  }

  mark(at: number): void {
    this.#markedPieces = this.#pieces.length;
    this.#marked = at;
  }

  /** Goes back to the mark; what is read from here on is recorded after what stood before it. */
  forget(chunk: Buffer, at: number): void {
    if (this.#pieces.length === this.#markedPieces) this.#keep(chunk, this.#from, this.#marked);
    else this.#pieces.length = this.#markedPieces;
    this.#from = at;
    this.mark(at);
  }

  /** Another chunk follows the one at hand, all of which was read. */
  next(chunk: Buffer): void {
    if (this.#pieces.length === this.#markedPieces) {
      // In two pieces, with the mark between them.
      this.#keep(chunk, this.#from, this.#marked);
      this.#markedPieces = this.#pieces.length;
      this.#from = this.#marked;
    }
    this.#keep(chunk, this.#from, chunk.length);
    this.#from = 0;
    this.#marked = 0;
  }

  /** The pieces so far, which are forgotten with that. */
  cut(chunk: Buffer, at: number): Buffer[] {
    this.#keep(chunk, this.#from, at);
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#from = at;
    this.mark(at);
    return pieces;
  }

  end(): void {
    this.#isOver = true;
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    if (to > from && !this.#isOver) this.#pieces.push(chunk.subarray(from, to));
  }
}
