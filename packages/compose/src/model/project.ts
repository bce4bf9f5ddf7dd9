import type { Config, Secret } from "./file-resource.ts";
import type { Network } from "./network.ts";
import type { Service } from "./service.ts";
import type { Volume } from "./volume.ts";

/**
 * A composition, merged and in its long form: what `docker compose config --format json` prints. Field names are
 * compose's own. A field that would only repeat the engine's default (false, 0, an empty string) is left out.
 */
export interface Project {
  name: string;
  services: Record<string, Service>;
  networks: Record<string, Network>;
  volumes: Record<string, Volume>;
  secrets: Record<string, Secret>;
  configs: Record<string, Config>;
  models?: Record<string, Model>;
  /** Top-level `x-…` fields, as they were written. */
  [extension: `x-${string}`]: unknown;
}

/** A language model that services use. */
export interface Model {
  name: string;
  model: string;
  context_size?: number;
  runtime_flags?: string[];
  /** Fields of one's own, as they were written. */
  [extension: `x-${string}`]: unknown;
}
