import type { Service } from "@slipway/compose";
import type { Engine } from "@slipway/transport";
import type { BuiltService } from "./build-services.ts";
import type { LiveDockerfiles } from "./live-dockerfiles.ts";
import type { LiveEvent } from "./live-event.ts";

/** A service whose files are pushed into its container. */
export interface LiveTargetOptions {
  readonly service: Service;
  readonly engine: Engine;
  readonly dockerfiles: LiveDockerfiles;
  /** Undefined for a service that only has an image, and rules. */
  readonly built: BuiltService | undefined;
  readonly containerId: string;
  readonly emit: (event: LiveEvent) => void;
  /** Builds the service anew and gives its new image and container. */
  readonly rebuild: (service: string) => Promise<{ built: BuiltService | undefined; containerId: string }>;
  readonly signal: AbortSignal;
}
