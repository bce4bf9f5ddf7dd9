import type { EngineEvent, ServiceBuildEvent } from "@slipway/multibuild";
import type { OverallProgress } from "@slipway/transport";

/** What becomes of an image that is pushed. */
export type PushEvent =
  | { readonly type: "push"; readonly image: string; readonly state: "started" }
  | {
      readonly type: "push";
      readonly image: string;
      readonly state: "pushing";
      readonly overall: OverallProgress | undefined;
    }
  | { readonly type: "push"; readonly image: string; readonly state: "pushed"; readonly digest: string | undefined }
  | { readonly type: "push"; readonly image: string; readonly state: "failed"; readonly error: unknown };

/** What happens in `slipway build`, and when; with one service, or, of an engine, with none. */
export type CommandEvent = {
  /** Milliseconds since the epoch. */
  readonly time: number;
} & (ServiceCommandEvent | EngineEvent);

/** What happens with a service. */
export interface ServiceCommandEvent {
  readonly service: string;
  readonly event: ServiceBuildEvent | PushEvent;
}
