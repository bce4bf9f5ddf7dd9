import type { BuildEvent } from "./build-event.ts";

/** What a parser of a builder's output finds: the events, and what only the result or the error is made of. */
export type BuilderOutput =
  | BuildEvent
  /** The build ended in this error, in the engine's words. */
  | { readonly type: "failure"; readonly message: string; readonly exitCode?: number }
  /** Classic builder: the image after a step, as its short id; `made` is false for a stage's base image. */
  | { readonly type: "layer"; readonly id: string; readonly made: boolean }
  /** Classic builder: the container that runs for a step; without id, it is gone. */
  | { readonly type: "container"; readonly id?: string }
  /** Classic builder: a stage's last image, short or full id. */
  | { readonly type: "stage"; readonly index: number; readonly name: string | undefined; readonly imageId: string };
