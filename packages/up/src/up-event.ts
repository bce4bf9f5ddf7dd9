import type { PublishedPort } from "./published-port.ts";

/** What `up` reports while it works. */
export type UpEvent =
  | {
      readonly type: "plan";
      readonly create: number;
      readonly recreate: number;
      readonly start: number;
      readonly leave: number;
      readonly remove: number;
    }
  | { readonly type: "network" | "volume"; readonly name: string; readonly state: "created" | "removed" }
  | ContainerEvent
  | { readonly type: "warning"; readonly message: string };

/** A change of one container. */
export interface ContainerEvent {
  readonly type: "container";
  readonly service: string;
  readonly name: string;
  readonly state:
    | "waiting"
    | "creating"
    | "created"
    | "starting"
    | "started"
    | "running"
    | "healthy"
    | "completed"
    | "stopping"
    | "stopped"
    | "removed"
    | "restored";
  /** Why, for the states in which there is a choice: `configuration changed`, `waiting for db to be healthy`. */
  readonly reason?: string;
  readonly ports?: readonly PublishedPort[];
}
