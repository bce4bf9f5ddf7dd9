import type { CommandEvent } from "./command-event.ts";

/** How a build's progress may be shown. */
export const progressModes = ["auto", "tty", "plain", "json"] as const;

export type ProgressMode = (typeof progressModes)[number];

/** Shows how a build goes. */
export interface Progress {
  event(event: CommandEvent): void;
  /** No more events: what was shown for the moment goes away. */
  close(): void;
}
