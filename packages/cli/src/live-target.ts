import path from "node:path";
import type { Readable } from "node:stream";
import { buildStageImages } from "@slipway/build";
import { type Ignore, packDirectory, packEntries, readEntries, readIgnore } from "@slipway/context";
import { parse, stages } from "@slipway/dockerfile";
import { isSlipwayError } from "@slipway/errors";
import { Livepush, type PushDurations, RuleSync, type WatchedFolder, WatchRules } from "@slipway/livepush";
import type { BuiltService } from "./build-services.ts";
import type { LiveEvent } from "./live-event.ts";
import type { LiveTargetOptions } from "./live-target-options.ts";

/**
 * Takes what changed in one service's build context and keeps its container up to date: by pushes, or by building anew where a push
 * would not do. Changes that come during a push are the next push's; a push under way is cancelled for them.
 */
export class LiveTarget {
  readonly #options: LiveTargetOptions;
  readonly #name: string;
  readonly #context: string;
  #livepush: Livepush | undefined;
  /** Where the service has rules of its own in `develop.watch`, they decide instead of the Dockerfile. */
  #rules: WatchRules | undefined;
  #sync: RuleSync | undefined;
  #containerId = "";
  #paused = false;
  /** Names that changed, and whether they are still there. */
  readonly #held = new Map<string, boolean>();
  #working: Promise<void> = Promise.resolve();
  /** What the push under way has done. */
  #done = { ...nothingDone };

  constructor(options: LiveTargetOptions) {
    this.#options = options;
    this.#name = options.service.name;
    this.#context = options.service.build?.context ?? ".";
  }

  /** Gets ready to push. */
  async open(): Promise<void> {
    const { service, built, containerId, signal } = this.#options;
    const rules = service.develop?.watch ?? [];
    if (rules.length > 0) {
      const context = service.build && { directory: this.#context, ignore: await this.#ignore() };
      this.#rules = new WatchRules(rules, context);
    }
    await this.#begin(built, containerId);
    await this.#sync?.initialSync({ signal });
  }

  async #begin(built: BuiltService | undefined, containerId: string): Promise<void> {
    const { engine } = this.#options;
    this.#containerId = containerId;
    await this.#sync?.close();
    if (this.#rules) this.#sync = new RuleSync({ docker: engine, containerId, rules: this.#rules });
    else if (built) this.#livepush = await this.#init(built, containerId);
  }

  #ignore(): Promise<Ignore> {
    return readIgnore(this.#context, this.#options.built?.dockerfilePath);
  }

  /** What is to be watched for this service. */
  async folders(): Promise<WatchedFolder[]> {
    if (this.#rules) return this.#rules.folders(this.#name);
    return [{ name: this.#name, directory: this.#context, ignore: await this.#ignore() }];
  }

  /**
   * Takes changes of a folder; those that come during a push are the next push's, and a push under way is cancelled for
   * them.
   */
  take(directory: string, changed: readonly string[], deleted: readonly string[]): void {
    // As the context names them: a rule may be about another folder.
    const named = (names: readonly string[]): string[] =>
      names.map((name) => path.relative(this.#context, path.join(directory, name)) || ".");
    for (const name of named(changed)) this.#held.set(name, true);
    for (const name of named(deleted)) this.#held.set(name, false);
    if (!this.#paused) this.#takeHeld();
  }

  /** Holds changes back, or takes what was held back. */
  pause(paused: boolean): void {
    this.#paused = paused;
    if (!paused) this.#takeHeld();
  }

  #takeHeld(): void {
    const held = [...this.#held];
    this.#held.clear();
    if (held.length === 0) return;
    const names = (there: boolean): string[] => held.flatMap(([name, is]) => (is === there ? [name] : []));
    // Not awaited: a new push cancels the one before it, which is what makes it quick.
    this.#working = this.#take(names(true), names(false), this.#working);
  }

  /** Builds the service anew, since someone asked for it. */
  rebuild(): void {
    const before = this.#working;
    this.#working = (async () => {
      await this.#livepush?.cancel();
      await before;
      await this.#rebuild(["someone asked for it"]);
    })();
  }

  /** Restarts the container. */
  restart(): void {
    const { emit, engine } = this.#options;
    const before = this.#working;
    this.#working = (async () => {
      await before;
      const started = performance.now();
      try {
        await engine.docker.getContainer(this.#containerId).restart({ t: 1 });
        emit(this.#pushed({ ...nothingDone, restarted: true }, performance.now() - started, []));
      } catch (error) {
        emit({ type: "failed", service: this.#name, error });
      }
    })();
  }

  /** Ends what is under way, and removes what was made for it. */
  async close(): Promise<void> {
    await this.#livepush?.cancel();
    await this.#working;
    await this.#livepush?.cleanupIntermediateContainers();
    await this.#sync?.close();
  }

  async #take(changed: readonly string[], deleted: readonly string[], before: Promise<void>): Promise<void> {
    const { emit, signal } = this.#options;
    const service = this.#name;
    emit({ type: "changed", service, changed, deleted });
    try {
      if (this.#rules) return await this.#applyRules(changed, deleted, before);
      if (!this.#livepush) await before; // a rebuild is under way
      const result = await this.#livepush?.performLivepush(changed, deleted);
      if (!result || result.outcome === "cancelled") return; // the push that came after it does the rest
      const { durations, outcome } = result;
      if (outcome === "pushed") emit(this.#pushed(this.#done, durations.totalMs, partsOf(durations)));
      else emit({ ...this.#pushed(nothingDone, durations.totalMs, partsOf(durations)), outcome: "unchanged" });
    } catch (error) {
      if (signal.aborted) return;
      if (isSlipwayError(error) && needsRebuild.has(error.code))
        await this.#rebuild(error.problems.map(({ message }) => message));
      else if (await this.#isGone()) await this.#rebuild(["its container is gone"]);
      else emit({ type: "failed", service, error });
    }
  }

  async #isGone(): Promise<boolean> {
    try {
      await this.#options.engine.docker.getContainer(this.#containerId).inspect();
      return false;
    } catch (error) {
      return (error as { statusCode?: number }).statusCode === 404;
    }
  }

  #pushed(done: typeof nothingDone, durationMs: number, parts: Pushed["parts"]): Pushed {
    return { type: "pushed", service: this.#name, outcome: "pushed", ...done, durationMs, parts };
  }

  async #applyRules(changed: readonly string[], deleted: readonly string[], before: Promise<void>): Promise<void> {
    const { emit, signal } = this.#options;
    await before;
    const started = performance.now();
    const paths = [...changed, ...deleted].map((name) => path.resolve(this.#context, name));
    const outcome = await this.#sync?.apply(paths, signal);
    if (!outcome) return;
    if (outcome.rebuild.length > 0) return this.#rebuild(outcome.rebuild.map((file) => `${file} changed`));
    const { copied, deleted: gone, restarted, commands } = outcome;
    const did = copied.length + gone.length + commands.length > 0 || restarted;
    const done = { copied: copied.length, deleted: gone.length, commands: commands.length, restarted };
    const event = this.#pushed(done, performance.now() - started, []);
    emit(did ? event : { ...event, outcome: "unchanged" });
  }

  async #rebuild(reasons: readonly string[]): Promise<void> {
    const { emit, rebuild, signal } = this.#options;
    const service = this.#name;
    emit({ type: "rebuild", service, reasons });
    const started = performance.now();
    const old = this.#livepush;
    this.#livepush = undefined;
    try {
      await old?.cancel();
      const { built, containerId } = await rebuild(service);
      await this.#begin(built, containerId);
      await old?.cleanupIntermediateContainers();
      // What was synced before may be no part of the image.
      await this.#sync?.initialSync({ all: true, signal });
      emit({ type: "rebuilt", service, containerId, durationMs: performance.now() - started });
    } catch (error) {
      this.#livepush ??= old;
      if (!signal.aborted) emit({ type: "failed", service, error });
    }
  }

  async #init({ image, dockerfilePath }: BuiltService, containerId: string): Promise<Livepush> {
    const { dockerfiles, engine, service, signal } = this.#options;
    const dockerfile = dockerfiles.of(image.dockerfile ?? "");
    const livepush = await Livepush.init({
      dockerfile,
      ...(dockerfilePath === undefined ? {} : { dockerfilePath }),
      context: this.#context,
      containerId,
      stageImages: await this.#stageImages(dockerfile.text, dockerfilePath),
      docker: engine,
      buildArgs: textValues(service.build?.args ?? {}),
      signal,
    });
    this.#report(livepush);
    return livepush;
  }

  /** Images of all stages but the last; they come from the cache of the build that was just done. */
  async #stageImages(dockerfile: string, dockerfilePath = "Dockerfile"): Promise<string[]> {
    const { engine, service, signal } = this.#options;
    const buildArgs = textValues(service.build?.args ?? {});
    const all = stages(parse(dockerfile), { buildArgs });
    if (all.length < 2) return [];
    // Where a template was, or an architecture's own, the build had a plain one beside it.
    const name = dockerfilePath.replace(/\.template$/, "");
    return buildStageImages(engine, () => this.#contextWith(name, dockerfile), {
      stages: all.slice(0, -1).map((stage) => stage.index),
      dockerfile: name,
      buildArgs,
      signal,
    });
  }

  /** The context as it was built: with the Dockerfile that was made of what is on disk. */
  #contextWith(name: string, text: string): Readable {
    const { signal } = this.#options;
    const context = packDirectory(this.#context, { signal });
    return packEntries(
      (async function* () {
        let same = false;
        for await (const { header, body } of readEntries(context, { signal })) {
          if (header.name !== name) yield { header, body };
          else {
            const chunks: Buffer[] = [];
            for await (const chunk of body) chunks.push(chunk as Buffer);
            const content = Buffer.concat(chunks);
            same = content.toString() === text;
            if (same) yield { header, body: content };
          }
        }
        if (!same) yield { header: { name, type: "file" as const, mode: 0o644, mtime: new Date(0) }, body: text };
      })(),
    );
  }

  #report(livepush: Livepush): void {
    const { emit } = this.#options;
    const service = this.#name;
    livepush.on("start", () => (this.#done = { ...nothingDone }));
    livepush.on("files", ({ copied, deleted }) => {
      this.#done.copied += copied.length;
      this.#done.deleted += deleted.length;
    });
    livepush.on("commandExecute", ({ command }) => {
      this.#done.commands += 1;
      emit({ type: "command", service, command });
    });
    livepush.on("commandOutput", ({ output }) => {
      emit({ type: "output", service, data: output.data.toString("utf8"), stderr: output.isStderr });
    });
    livepush.on("containerRestart", () => (this.#done.restarted = true));
  }
}

type Pushed = Extract<LiveEvent, { type: "pushed" }>;

const nothingDone = { copied: 0, deleted: 0, commands: 0, restarted: false };

const needsRebuild: ReadonlySet<string> = new Set(["LIVEPUSH_REBUILD_NEEDED"]);

function partsOf(durations: PushDurations): { name: string; durationMs: number }[] {
  return [
    { name: "plan", durationMs: durations.planMs },
    { name: "delete", durationMs: durations.deleteMs },
    { name: "copy", durationMs: durations.copyMs },
    { name: "run", durationMs: durations.runMs },
    { name: "restart", durationMs: durations.restartMs },
  ].filter(({ durationMs }) => durationMs >= 0.5);
}

function textValues(values: Readonly<Record<string, string | null | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
