import type { RegistrySecrets } from "./registry-secrets.ts";

/** A file that a build's RUN steps find at `/run/secrets/<dest>`. */
export interface BuildSecret {
  /** Relative to `/run/secrets`. */
  readonly dest: string;
  readonly content: Buffer;
}

/** For all services, and for single ones, which go first. */
export interface Scoped<T> {
  readonly global: T;
  readonly services: Readonly<Record<string, T>>;
}

/** What a {@link BuildMetadata} is made of. */
export interface BuildMetadataParts {
  readonly variables: Scoped<Readonly<Record<string, string>>>;
  readonly secrets: Scoped<readonly BuildSecret[]>;
  readonly registrySecrets: RegistrySecrets;
}

/**
 * What the folder `.balena` (or `.resin`) of a project says of its builds. It is a class so that secrets are on no
 * property: printing a task shows none.
 */
export class BuildMetadata {
  readonly #parts: BuildMetadataParts;

  constructor(parts: BuildMetadataParts) {
    this.#parts = parts;
  }

  /** Credentials for all registries. A build or pull is given those of the registries that it touches. */
  get registrySecrets(): RegistrySecrets {
    return this.#parts.registrySecrets;
  }

  /** The build arguments of a service, which go before those of its composition. */
  variablesOf(service: string): Record<string, string> {
    const { global, services } = this.#parts.variables;
    return { ...global, ...ofService(services, service) };
  }

  /** The build secrets of a service; one of its own goes before one for all with the same `dest`. */
  secretsOf(service: string): BuildSecret[] {
    const { global, services } = this.#parts.secrets;
    const all = [...global, ...(ofService(services, service) ?? [])];
    return [...new Map(all.map((secret) => [secret.dest, secret])).values()];
  }
}

function ofService<T>(services: Readonly<Record<string, T>>, service: string): T | undefined {
  return Object.hasOwn(services, service) ? services[service] : undefined;
}
