import { lstat, readdir } from "node:fs/promises";
import path from "node:path";
import { type Engine, engineError, execute, toEngine, type Dockerode } from "@slipway/transport";
import { CommandFailedError } from "./command-failed-error.ts";
import { cleanPath } from "./container-path.ts";
import { contextBatch } from "./context-batch.ts";
import { needsAccounts, type Owner, readOwner } from "./owner.ts";
import type { CopyItem, DeleteItem } from "./push-plan.ts";
import { inspectContainer } from "./read-container.ts";
import { StageContainers } from "./stage-containers.ts";
import { FactBook } from "./stage-facts.ts";
import type { Updater } from "./updater.ts";
import type { RuleMatch, WatchExec, WatchRules } from "./watch-rules.ts";

/** What a service's rules made of changed files. */
export interface RuleOutcome {
  /** The files that a `rebuild` rule is about: the service is to be built again, and nothing else was done. */
  readonly rebuild: readonly string[];
  readonly copied: readonly string[];
  readonly deleted: readonly string[];
  readonly restarted: boolean;
  readonly commands: readonly (readonly string[])[];
}

/** What a rule sync works on. */
export interface RuleSyncOptions {
  readonly docker: Engine | Dockerode;
  readonly containerId: string;
  readonly rules: WatchRules;
  /** How long the process may take to end when a rule restarts it, in seconds; 1 without. */
  readonly stopTimeout?: number | undefined;
}

/**
 * Carries out the rules of `develop.watch` in one container: what changed is copied or removed, then the container
 * restarts or the rule's command runs, each once. What fails is done again with the next change.
 */
export class RuleSync {
  readonly #engine: Engine;
  readonly #options: RuleSyncOptions;
  readonly #containers: StageContainers;
  readonly #due = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();
  #owner: Owner | undefined;

  constructor(options: RuleSyncOptions) {
    this.#engine = toEngine(options.docker);
    this.#options = options;
    const { containerId } = options;
    this.#containers = new StageContainers({ engine: this.#engine, containerId, stageImages: [], labels: {} });
  }

  /** Copies all that the rules with `initial_sync` are about, or all rules: as after the container was made anew. */
  async initialSync(options: { readonly all?: boolean; readonly signal: AbortSignal }): Promise<RuleOutcome> {
    const { rules } = this.#options;
    const files: string[] = [];
    for (const rule of rules.rules) {
      if (!rule.action.startsWith("sync") || !(options.all || rule.initial_sync)) continue;
      for await (const file of filesBelow(rule.path, (name) => rules.match(name).length > 0)) files.push(file);
    }
    return this.#inTurn(() =>
      this.#carryOut(files.flatMap((file) => rules.match(file)).filter(syncs), [], options.signal),
    );
  }

  /**
   * Carries out the rules for changed paths, absolute ones; the disk decides what became of them.
   * @throws CommandFailedError, LivepushError, TransportError: what was not done is part of the next call
   */
  async apply(paths: readonly string[], signal: AbortSignal): Promise<RuleOutcome> {
    for (const name of paths) this.#due.add(path.resolve(name));
    return this.#inTurn(async () => {
      const due = [...this.#due];
      const outcome = await this.#applyNow(due, signal);
      for (const name of due) this.#due.delete(name);
      return outcome;
    });
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    await this.#containers.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #applyNow(due: readonly string[], signal: AbortSignal): Promise<RuleOutcome> {
    const { rules } = this.#options;
    const files: string[] = [];
    for (const name of due) {
      files.push(name);
      // With a folder above it what a rule is about came or went.
      for (const rule of rules.rules) if (rule.path.startsWith(name + path.sep)) files.push(rule.path);
      // Of a folder that came, what it holds is not named.
      for await (const file of filesBelow(name, (one) => rules.match(one).length > 0))
        if (file !== name) files.push(file);
    }
    const matches = [...new Set(files)].flatMap((file) => rules.match(file));
    const rebuild = matches.filter(({ rule }) => rule.action === "rebuild").map(({ file }) => file);
    if (rebuild.length > 0) return { ...nothing, rebuild: [...new Set(rebuild)] };
    return this.#carryOut(matches.filter(syncs), matches, signal);
  }

  async #carryOut(
    synced: readonly RuleMatch[],
    matches: readonly RuleMatch[],
    signal: AbortSignal,
  ): Promise<RuleOutcome> {
    const wasRunning = (await this.#containers.isLive()) || (await this.#containers.isRunning(signal));
    const updater = await this.#containers.updater(0);
    const { copies, deletes } = await this.#items(updater, synced, signal);
    if (deletes.length > 0) await (await this.#containers.updaterWithShell(0)).remove(deletes, signal);
    const batch = await contextBatch("/", copies);
    if (batch.files.length > 0) await updater.put(batch, signal);
    const asks = matches.some(({ rule }) => rule.action === "restart" || rule.action === "sync+restart");
    // One that had exited is started.
    const restarted = asks || (matches.length > 0 && !wasRunning);
    if (restarted) await this.#restart();
    const commands = [
      ...new Set(matches.flatMap(({ rule }) => (rule.action === "sync+exec" && rule.exec ? [rule.exec] : []))),
    ];
    for (const command of commands) await this.#run(command, signal);
    return {
      rebuild: [],
      copied: batch.files.map(({ name }) => name),
      deleted: deletes.map((item) => item.path),
      restarted,
      commands: commands.map(({ command }) => command),
    };
  }

  async #items(
    updater: Updater,
    matches: readonly RuleMatch[],
    signal: AbortSignal,
  ): Promise<{ copies: CopyItem[]; deletes: DeleteItem[] }> {
    const copies = new Map<string, CopyItem>();
    const deletes = new Map<string, DeleteItem>();
    const owner = await this.#readOwner(signal);
    for (const { file, target } of matches) {
      const destination = cleanPath(target ?? "/");
      const why = `${file} changed`;
      const stats = await lstat(file).catch(() => undefined);
      const type = stats?.isDirectory()
        ? "directory"
        : stats?.isSymbolicLink()
          ? "symlink"
          : stats
            ? "file"
            : undefined;
      if (!type) deletes.set(destination, { path: destination, kind: "tree", why });
      else {
        copies.set(destination, { source: file, type, destination, owner, keepExisting: type === "directory", why });
      }
    }
    const there = await updater.identify([...copies.keys()], signal);
    for (const { destination, type, why } of copies.values()) {
      const is = there?.get(destination)?.type;
      // What is no longer of its kind makes way; anything else is written over, so that it is never missing.
      if (is !== undefined && (is === "directory") !== (type === "directory")) {
        deletes.set(destination, { path: destination, kind: "tree", why });
      }
    }
    return {
      copies: [...copies.values()].toSorted((a, b) => (a.destination < b.destination ? -1 : 1)),
      deletes: [...deletes.values()].toSorted((a, b) => (a.path < b.path ? 1 : -1)),
    };
  }

  /** Files belong to the user that the container runs as, who may be nothing but a number. */
  async #readOwner(signal: AbortSignal): Promise<Owner> {
    if (this.#owner) return this.#owner;
    const { Config } = await inspectContainer(this.#engine, this.#options.containerId, signal);
    const user = Config.User ?? "";
    const facts = new FactBook();
    if (needsAccounts(user)) await this.#containers.answer([{ kind: "accounts", stage: 0 }], facts, signal);
    this.#owner = readOwner(user, facts.accounts(0)) ?? { uid: 0, gid: 0 };
    return this.#owner;
  }

  async #restart(): Promise<void> {
    const { containerId, stopTimeout = 1 } = this.#options;
    try {
      await this.#engine.docker.getContainer(containerId).restart({ t: stopTimeout });
    } catch (error) {
      throw engineError(error, `restarting container ${containerId}`);
    }
    await this.#containers.restarted();
  }

  async #run(exec: WatchExec, signal: AbortSignal): Promise<void> {
    let output = "";
    const env = Object.entries(exec.environment ?? {}).flatMap(([name, value]) =>
      value === null ? [] : [[name, value]],
    );
    const { exitCode } = await execute(this.#engine, this.#options.containerId, {
      cmd: [...exec.command],
      env: Object.fromEntries(env) as Record<string, string>,
      ...(exec.user === undefined ? {} : { user: exec.user }),
      ...(exec.working_dir === undefined ? {} : { workdir: exec.working_dir }),
      signal,
      onOutput: ({ data }) => (output = (output + data.toString()).slice(-2_000)),
    });
    if (exitCode === 0) return;
    throw new CommandFailedError({ exitCode, stageIdx: 0, command: exec.command.join(" "), output });
  }
}

const nothing: RuleOutcome = { rebuild: [], copied: [], deleted: [], restarted: false, commands: [] };

function syncs({ target }: RuleMatch): boolean {
  return target !== undefined;
}

/** A path and all below it that is wanted; nothing where it is gone. */
async function* filesBelow(file: string, wanted: (file: string) => boolean): AsyncGenerator<string, void, undefined> {
  const stats = await lstat(file).catch(() => undefined);
  if (!stats) return;
  if (wanted(file)) yield file;
  if (!stats.isDirectory()) return;
  for (const name of await readdir(file).catch(() => [])) yield* filesBelow(path.join(file, name), wanted);
}
