import { randomUUID } from "node:crypto";

/** The labels by which resources are known. */
export const label = {
  /** On everything that this package makes. */
  managed: "dev.slipway.containers",
  /** The run that made it, which removes it. */
  session: "dev.slipway.containers.session",
  /** The process that made it: where it runs, and its number. */
  owner: "dev.slipway.containers.owner",
  /** What a container that is to be used again was made of. */
  reuse: "dev.slipway.containers.reuse",
} as const;

/** A new session's name. */
export function newSession(): string {
  return randomUUID();
}

/** Labels without those that say to whom it belongs: it is to outlive the run. */
export function withoutSession(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => name !== label.session && name !== label.owner));
}
