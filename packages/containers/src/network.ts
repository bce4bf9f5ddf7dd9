import type { Backend } from "./backend/backend.ts";
import type { OperationOptions } from "./backend/operation-options.ts";
import { ContainersError } from "./containers-error.ts";

/** A network of a client's own, in which its containers reach each other by their aliases. */
export class Network implements AsyncDisposable {
  readonly id: string;
  readonly name: string;
  readonly #backend: Backend;

  constructor(backend: Backend, id: string, name: string) {
    this.#backend = backend;
    this.id = id;
    this.name = name;
  }

  /** @throws ContainersError CONTAINERS_NETWORK while containers are in it */
  async remove(options: OperationOptions = {}): Promise<void> {
    try {
      await this.#backend.removeNetwork(this.id, options);
    } catch (error) {
      throw ContainersError.from(error, "CONTAINERS_NETWORK", `removing network ${this.name}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove();
  }
}
