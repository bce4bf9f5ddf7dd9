import { SlipwayError } from "@slipway/errors";

/** What can go wrong with a live push. */
export type LivepushErrorCode =
  | "LIVEPUSH_STAGE_IMAGES"
  | "LIVEPUSH_NO_DOCKERFILE"
  | "LIVEPUSH_DIRECTIVE"
  | "LIVEPUSH_PATH_OUTSIDE"
  | "LIVEPUSH_CONTAINER_NOT_RUNNING"
  | "LIVEPUSH_COMMAND_FAILED"
  | "LIVEPUSH_UPDATE_FAILED"
  | "LIVEPUSH_SOURCE_MISSING"
  | "LIVEPUSH_OTHER_IMAGE"
  | "LIVEPUSH_REBUILD_NEEDED"
  | "LIVEPUSH_WATCH_FAILED";

/** An error of a live push. `problems` of LIVEPUSH_REBUILD_NEEDED and LIVEPUSH_DIRECTIVE hold every reason. */
export class LivepushError extends SlipwayError<LivepushErrorCode> {
  override readonly name: string = "LivepushError";
}
