import { type EntryToPack, packEntries } from "@slipway/context";
import { type Engine, execute, putArchive } from "@slipway/transport";
import { foldersAbove } from "./container-path.ts";
import { LivepushError } from "./livepush-error.ts";
import type { DeleteItem } from "./push-plan.ts";
import { statPath } from "./stat-path.ts";
import { tarOf } from "./tar-of.ts";
import type { CommandToRun, FileBatch, Updater } from "./updater.ts";

/**
 * Changes a container through the engine's archive calls alone, for images without a shell and containers that don't run.
 * It can't delete, and runs commands as they are.
 */
export class ArchiveUpdater implements Updater {
  readonly hasShell = false;
  readonly live = false;
  readonly #engine: Engine;
  readonly #containerId: string;
  readonly #environment: readonly string[];
  /** Folders known to be there. */
  readonly #folders = new Set<string>();

  /** @param environment the names that the container's own environment has */
  constructor(engine: Engine, containerId: string, environment: readonly string[]) {
    this.#engine = engine;
    this.#containerId = containerId;
    this.#environment = environment;
  }

  async remove(items: readonly DeleteItem[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (items.length > 0) throw this.#needsShell(`deleting ${items.map(({ path }) => path).join(", ")}`);
  }

  async put(batch: FileBatch, signal: AbortSignal): Promise<void> {
    const folders = await this.#missingFolders(batch, signal);
    const entries = async function* (): AsyncGenerator<EntryToPack, void, undefined> {
      for (const header of folders) yield { header: { ...header, name: header.name.slice(1) } };
      yield* tarOf(batch);
    };
    await putArchive(this.#engine, this.#containerId, packEntries(entries()), { path: "/", signal });
    for (const { name } of folders) this.#folders.add(name);
  }

  setAside(paths: readonly string[]): Promise<void> {
    return Promise.reject(this.#needsShell(`mounting something at ${paths.join(", ")}`));
  }

  putBack(): Promise<void> {
    return Promise.resolve();
  }

  async run(command: CommandToRun): Promise<number> {
    const { argv, env, workdir, user, signal, onOutput } = command;
    const foreign = this.#environment.filter((name) => !Object.hasOwn(env, name));
    if (foreign.length > 0) throw this.#needsShell(`running \`${argv.join(" ")}\` without ${foreign.join(", ")}`);
    const { exitCode } = await execute(this.#engine, this.#containerId, {
      cmd: [...argv],
      env,
      workdir,
      user,
      signal,
      onOutput: ({ data, stream }) => onOutput({ data, isStderr: stream === "stderr" }),
    });
    return exitCode;
  }

  mark(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  changedSince(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  identify(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  warm(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The engine makes missing folders with a mode of its own choice, so they are listed, as COPY makes them. */
  async #missingFolders(batch: FileBatch, signal: AbortSignal): Promise<EntryToPack["header"][]> {
    const missing = new Map<string, EntryToPack["header"]>();
    const listed = new Set<string>();
    const check = async (path: string, header: EntryToPack["header"]): Promise<void> => {
      if (this.#folders.has(path) || listed.has(path) || missing.has(path)) return;
      signal.throwIfAborted();
      if (await statPath(this.#engine, this.#containerId, path)) this.#folders.add(path);
      else missing.set(path, header);
    };
    for (const { name, type, uid, gid, mode, mtime, keepExisting } of batch.files) {
      const owner = { uid, gid, mtime };
      for (const folder of foldersAbove(name))
        await check(folder, { name: folder, type: "directory", mode: 0o755, ...owner });
      if (type === "directory" && keepExisting) await check(name, { name, type, mode, ...owner });
      else if (type === "directory") listed.add(name);
    }
    return [...missing.values()];
  }

  #needsShell(doing: string): LivepushError {
    return new LivepushError(
      "LIVEPUSH_REBUILD_NEEDED",
      `${doing} needs a shell, which container ${this.#containerId} lacks`,
      {
        hint: "build the image again and replace the container",
      },
    );
  }
}
