import type { Readable } from "node:stream";
import type { OperationOptions } from "./operation-options.ts";
import type { RegistryCredentials } from "./pull-options.ts";

/** A build as a backend is asked to make it. */
export interface BuildRequest extends OperationOptions {
  readonly name: string;
  /** The build's files: a tar stream, or a folder. */
  readonly context: Readable | { readonly directory: string };
  /** The Dockerfile's path in the context. */
  readonly dockerfile: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly target?: string | undefined;
  readonly platform?: string | undefined;
  /** Run every step, and ask for newer base images. */
  readonly fresh: boolean;
  /** By registry host. */
  readonly auth?: Readonly<Record<string, RegistryCredentials>> | undefined;
  readonly onStatus?: ((status: BuildStatus) => void) | undefined;
}

/** Progress of a build: a step's beginning or end, or what it writes. */
export interface BuildStatus {
  readonly step?: string | undefined;
  readonly stream?: "stdout" | "stderr" | undefined;
  readonly text: string;
}
