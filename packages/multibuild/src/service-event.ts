import type { BuildEvent } from "@slipway/build";
import type { PullProgress } from "@slipway/transport";
import type { LocalImage } from "./local-image.ts";

/** What happens with one service: what its build says, and what is done before and after. */
export type ServiceBuildEvent =
  | BuildEvent
  | {
      /** The Dockerfile has been found. */
      readonly type: "resolved";
      readonly resolver: string;
      /** The file that it was made from. */
      readonly path: string;
    }
  | ({ readonly type: "pull" } & PullProgress)
  /** The last event of a service: its image, or its error. */
  | { readonly type: "end"; readonly image: LocalImage };

/** An event, and whose it is. */
export interface ServiceEvent {
  readonly service: string;
  readonly event: ServiceBuildEvent;
}
