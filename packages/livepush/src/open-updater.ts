import { isSlipwayError } from "@slipway/errors";
import type { Engine } from "@slipway/transport";
import { ArchiveUpdater } from "./archive-updater.ts";
import { ShellUpdater } from "./shell-updater.ts";
import type { Updater } from "./updater.ts";

/** Opens the quickest way into a container: a shell in it, or the engine's archive calls where it has none or is stopped. */
export async function openUpdater(engine: Engine, containerId: string): Promise<Updater> {
  const { State, Config } = await engine.docker.getContainer(containerId).inspect();
  const environment = (Config.Env ?? []).map((pair) => pair.slice(0, pair.indexOf("=")));
  if (!State.Running) return new ArchiveUpdater(engine, containerId, environment);
  try {
    return await ShellUpdater.open(engine, containerId, environment);
  } catch (error) {
    if (isSlipwayError(error, "TRANSPORT_NO_SHELL")) return new ArchiveUpdater(engine, containerId, environment);
    throw error;
  }
}
