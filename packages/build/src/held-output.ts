import type { HoldLimit } from "@slipway/run";
import type { BuildEvent } from "./build-event.ts";

/** A build goes at the engine's pace, not at its reader's: this much output, in characters, is held for him. */
export const heldOutput: HoldLimit<BuildEvent> = {
  limit: 16 * 1024 * 1024,
  weigh: (event) => (event.type === "log" ? event.data.length : 0),
  letGo: (weight) => ({
    type: "warning",
    message: `${weight} characters of earlier output were let go, as nobody read them`,
  }),
};
