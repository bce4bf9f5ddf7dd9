import { isSlipwayError } from "@slipway/errors";
import type { Engine } from "@slipway/transport";
import { ArchiveUpdater } from "./archive-updater.ts";
import { inspectContainer } from "./read-container.ts";
import { ShellUpdater } from "./shell-updater.ts";
import { statPath } from "./stat-path.ts";
import type { Updater } from "./updater.ts";

/** A way into a container. */
export interface OpenedUpdater {
  readonly updater: Updater;
  /** Whether the container ran then: one that did not may have a shell once it does. */
  readonly running: boolean;
}

/** Opens the quickest way into a container: a shell in it, or the engine's archive calls where it has none or is stopped. */
export async function openUpdater(engine: Engine, containerId: string): Promise<OpenedUpdater> {
  const { State, Config } = await inspectContainer(engine, containerId);
  const environment = (Config.Env ?? []).map((pair) => pair.slice(0, pair.indexOf("=")));
  const running = State.Running;
  if (!running) return { updater: new ArchiveUpdater(engine, containerId, environment), running };
  try {
    return { updater: await ShellUpdater.open(engine, containerId, environment), running };
  } catch (error) {
    if (!isSlipwayError(error, "TRANSPORT_NO_SHELL")) throw error;
    // A connection that is lost at that moment looks the same.
    if (await statPath(engine, containerId, "/bin/sh")) throw error.cause;
    return { updater: new ArchiveUpdater(engine, containerId, environment), running };
  }
}
