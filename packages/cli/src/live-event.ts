import type { ServiceEvent } from "@slipway/multibuild";
import type { PublishedPort, UpEvent } from "@slipway/up";

/** What a live session reports, each event about one service unless it is the whole project's. */
export type LiveEvent =
  | ({ readonly type: "build" } & ServiceEvent)
  | { readonly type: "up"; readonly event: UpEvent }
  /** All runs; files are watched from now on. */
  | { readonly type: "ready"; readonly services: readonly LiveService[] }
  /** Files of the service's context have changed. */
  | {
      readonly type: "changed";
      readonly service: string;
      readonly changed: readonly string[];
      readonly deleted: readonly string[];
    }
  /** A command of the Dockerfile runs again in the container. */
  | { readonly type: "command"; readonly service: string; readonly command: string }
  | { readonly type: "output"; readonly service: string; readonly data: string; readonly stderr: boolean }
  /** The container has what the files have. */
  | {
      readonly type: "pushed";
      readonly service: string;
      /** `unchanged`: no step of the Dockerfile takes what changed. */
      readonly outcome: "pushed" | "unchanged";
      readonly copied: number;
      readonly deleted: number;
      readonly commands: number;
      readonly restarted: boolean;
      readonly durationMs: number;
      readonly parts: readonly { readonly name: string; readonly durationMs: number }[];
    }
  /** The change can't be pushed faithfully: the service is built anew. */
  | { readonly type: "rebuild"; readonly service: string; readonly reasons: readonly string[] }
  /** It was: the service runs in this container now. */
  | { readonly type: "rebuilt"; readonly service: string; readonly containerId: string; readonly durationMs: number }
  /** A push or a rebuild failed; the container is as it was left, and the next change tries again. */
  | { readonly type: "failed"; readonly service: string; readonly error: unknown }
  /** A line that a container printed. */
  | { readonly type: "log"; readonly service: string; readonly line: string; readonly stderr: boolean };

/** One service of a live session. */
export interface LiveService {
  readonly service: string;
  readonly containerId: string;
  readonly ports: readonly PublishedPort[];
  /** Whether its files are watched: it has a build, so there are files. */
  readonly live: boolean;
}
