const tailLimit = 24 * 1024;
const smallTail = 2 * 1024;

/** How much of all logs together is kept, in characters. */
export interface LogBudget {
  left: number;
  /** How much of a log's beginning is kept; its end is kept anyway. */
  readonly head: number;
}

/** A step's output. Of a long one the beginning and the end are kept; once the budget is used up, only a short end. */
export class StepLog {
  readonly #budget: LogBudget;
  #head = "";
  #tail = "";
  #dropped = 0;

  constructor(budget: LogBudget) {
    this.#budget = budget;
  }

  add(text: string): void {
    const room = this.#tail === "" ? Math.min(this.#budget.head - this.#head.length, this.#budget.left) : 0;
    const first = text.slice(0, Math.max(0, room));
    this.#head += first;
    const rest = text.slice(first.length);
    this.#budget.left -= text.length;
    this.#tail += rest;
    const limit = this.#budget.left > 0 ? tailLimit : smallTail;
    // Cut at twice the limit, so that many small pieces are not many cuts.
    if (this.#tail.length <= 2 * limit) return;
    const over = this.#tail.length - limit;
    this.#tail = this.#tail.slice(over);
    this.#dropped += over;
    this.#budget.left += over;
  }

  /** The whole output; where something is left out, a line says how much. */
  get text(): string {
    if (this.#dropped === 0) return this.#head + this.#tail;
    const before = this.#head === "" || this.#head.endsWith("\n") ? "" : "\n";
    return `${this.#head}${before}… ${this.#dropped} characters left out …\n${this.#tail}`;
  }

  /** The end of the output. */
  get end(): string {
    return this.#tail.length > 0 ? this.#tail : this.#head;
  }
}
