import type { Backend } from "./backend/backend.ts";
import type { OperationOptions } from "./backend/operation-options.ts";
import { ContainersError } from "./containers-error.ts";

/** A volume of a client's own: files that outlive the containers that use them. */
export class Volume implements AsyncDisposable {
  readonly id: string;
  readonly name: string;
  readonly #backend: Backend;

  constructor(backend: Backend, id: string, name: string) {
    this.#backend = backend;
    this.id = id;
    this.name = name;
  }

  /** @throws ContainersError CONTAINERS_VOLUME while containers use it */
  async remove(options: OperationOptions = {}): Promise<void> {
    try {
      await this.#backend.removeVolume(this.id, options);
    } catch (error) {
      throw ContainersError.from(error, "CONTAINERS_VOLUME", `removing volume ${this.name}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove();
  }
}
