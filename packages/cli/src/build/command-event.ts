import type { ServiceBuildEvent } from "@slipway/multibuild";
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

/** What happens with a service in `slipway build`, and when. */
export interface CommandEvent {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly service: string;
  readonly event: ServiceBuildEvent | PushEvent;
}
