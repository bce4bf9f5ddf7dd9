import type { FileMount } from "./file-resource.ts";
import type { Ulimit } from "./limits.ts";

/** How a service's image is built. */
export interface Build {
  /** Absolute if the project directory is known; a URL is kept. */
  context: string;
  /** Relative to the context. */
  dockerfile?: string;
  dockerfile_inline?: string;
  /** null: taken from the environment of the build, where it was not set when the project was loaded. */
  args?: Record<string, string | null>;
  target?: string;
  labels?: Record<string, string>;
  platforms?: string[];
  tags?: string[];
  cache_from?: string[];
  cache_to?: string[];
  no_cache?: boolean;
  no_cache_filter?: string[];
  pull?: boolean;
  /** `host=address` each. */
  extra_hosts?: string[];
  network?: string;
  /** Bytes, in decimal digits. */
  shm_size?: string;
  additional_contexts?: Record<string, string>;
  entitlements?: string[];
  isolation?: string;
  privileged?: boolean;
  provenance?: string;
  sbom?: string;
  secrets?: FileMount[];
  /** `default`, or `id=path` each. */
  ssh?: string[];
  ulimits?: Record<string, Ulimit>;
  /** Fields of one's own, as they were written. */
  [extension: `x-${string}`]: unknown;
}
