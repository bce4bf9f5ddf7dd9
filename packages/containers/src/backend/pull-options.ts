import type { OperationOptions } from "./operation-options.ts";

/** Credentials for a registry. */
export interface RegistryCredentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** A token to get access tokens with, instead of a password. */
  readonly identitytoken?: string | undefined;
}

/** Progress of a pull. */
export interface PullStatus {
  readonly status: string;
  readonly layer?: string | undefined;
  /** Bytes of this layer. */
  readonly current?: number | undefined;
  readonly total?: number | undefined;
}

/** How to pull an image. */
export interface BackendPullOptions extends OperationOptions {
  /** `os/architecture[/variant]`; the engine's own without. */
  readonly platform?: string | undefined;
  /** Without any: those that docker's own configuration has for the registry. */
  readonly auth?: RegistryCredentials | undefined;
  /** How often to try again after a fault of the network, where the engine does that. */
  readonly retries?: number | undefined;
  readonly onStatus?: ((status: PullStatus) => void) | undefined;
}
