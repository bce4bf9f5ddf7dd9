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
  /** It is built on the images of these services, and waits for them. */
  | { readonly type: "waiting"; readonly services: readonly string[] }
  /** Another service's build is the same: its events are this one's too. */
  | { readonly type: "shared"; readonly with: string }
  | {
      /** Its turn has come, on this engine. */
      readonly type: "assigned";
      /** The engine's address. */
      readonly engine: string;
      /** The platform that it is built for; undefined for the engine's own. */
      readonly platform: string | undefined;
      /** How the engine runs that platform; `unknown` where neither it says so nor any other. */
      readonly runs: "natively" | "emulated" | "unknown";
    }
  | {
      /** It failed in a way that may pass, and is tried again. */
      readonly type: "retry";
      /** The coming attempt: 2 for the first repetition. */
      readonly attempt: number;
      readonly attempts: number;
      readonly delayMs: number;
      readonly error: unknown;
    }
  /** Its engine went away; it waits for another one. */
  | { readonly type: "moved"; readonly from: string; readonly error: unknown }
  /** An image that it needs was taken from one engine to another. */
  | { readonly type: "transfer"; readonly image: string; readonly from: string; readonly to: string }
  | ({ readonly type: "pull" } & PullProgress)
  /** The last event of a service: its image, or its error. */
  | { readonly type: "end"; readonly image: LocalImage };

/** An event, and whose it is. */
export interface ServiceEvent {
  readonly service: string;
  readonly event: ServiceBuildEvent;
}

/** An event that is no single service's: one of several engines cannot be reached, at first or any more. */
export interface EngineEvent {
  readonly service?: undefined;
  readonly event: {
    readonly type: "engine-lost";
    /** The engine's address. */
    readonly engine: string;
    readonly error: unknown;
  };
}

/** What happens in the course of a project's build. */
export type ProjectEvent = ServiceEvent | EngineEvent;
