import type { EngineEvent, ServiceBuildEvent } from "@slipway/multibuild";
import type { PullProgress } from "@slipway/transport";
import type { Release } from "./resources.ts";

/** What happens in a deploy. */
export type DeployEvent =
  /** Of a service's build. */
  | { readonly type: "build"; readonly service: string; readonly event: ServiceBuildEvent }
  /** One of several engines cannot be reached. */
  | EngineEvent["event"]
  /** The release is there: made, or found from an earlier deploy of the same commit. */
  | { readonly type: "release"; readonly release: Release; readonly resumed: boolean }
  /** A service's image goes to the registry. */
  | { readonly type: "push"; readonly service: string; readonly progress: PullProgress }
  /** A service's image is in the registry and recorded; `there` if it was before. */
  | { readonly type: "pushed"; readonly service: string; readonly digest: string; readonly there: boolean };
