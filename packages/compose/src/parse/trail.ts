import { type Path, pathOf } from "./path.ts";

/** Where a walk through a document is. A path is made of it only where one is asked for. */
export class Trail {
  readonly #keys: (string | number)[];

  /** `start` are the keys from the document's root to where the walk starts. */
  constructor(start: readonly (string | number)[] = []) {
    this.#keys = [...start];
  }

  get path(): Path | undefined {
    return pathOf(...this.#keys);
  }

  /** Goes to a field or an item. */
  enter(key: string | number): void {
    this.#keys.push(key);
  }

  /** Goes back to what the field or item is in. */
  leave(): void {
    this.#keys.pop();
  }
}
