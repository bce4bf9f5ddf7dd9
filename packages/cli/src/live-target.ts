import type { Service } from "@slipway/compose";
import { buildStageImages } from "@slipway/build";
import { packDirectory, readIgnore } from "@slipway/context";
import { parse, stages } from "@slipway/dockerfile";
import { isSlipwayError } from "@slipway/errors";
import { Livepush, type PushDurations, watch } from "@slipway/livepush";
import type { Engine } from "@slipway/transport";
import type { BuiltService } from "./build-services.ts";
import type { LiveEvent } from "./live-event.ts";

/** A service whose files are pushed into its container. */
export interface LiveTargetOptions {
  readonly service: Service;
  readonly engine: Engine;
  readonly built: BuiltService;
  readonly containerId: string;
  readonly emit: (event: LiveEvent) => void;
  /** Builds the service anew and gives its new image and container. */
  readonly rebuild: (service: string) => Promise<{ built: BuiltService; containerId: string }>;
  readonly signal: AbortSignal;
}

/**
 * Watches one service's build context and keeps its container up to date: by pushes, or by building anew where a push
 * would not do. Changes that come during a push are the next push's; a push under way is cancelled for them.
 */
export class LiveTarget {
  readonly #options: LiveTargetOptions;
  readonly #name: string;
  readonly #context: string;
  #livepush: Livepush | undefined;
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
    this.#livepush = await this.#init(this.#options.built, this.#options.containerId);
  }

  /** Pushes changes until the signal aborts; `ready` is called once none can be missed any more. */
  async run(ready: () => void): Promise<void> {
    const { built, signal } = this.#options;
    const ignore = await readIgnore(this.#context, built.dockerfilePath);
    try {
      const watched = watch(this.#context, { ignore, signal });
      watched.ready.then(ready, () => undefined); // the iteration throws the same
      for await (const batch of watched) {
        // Not awaited: a new push cancels the one before it, which is what makes it quick.
        this.#working = this.#take(batch.changed, batch.deleted, this.#working);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await this.#livepush?.cancel();
      await this.#working;
      await this.#livepush?.cleanupIntermediateContainers();
    }
  }

  async #take(changed: readonly string[], deleted: readonly string[], before: Promise<void>): Promise<void> {
    const { emit, signal } = this.#options;
    const service = this.#name;
    emit({ type: "changed", service, changed, deleted });
    try {
      if (!this.#livepush) await before; // a rebuild is under way
      const result = await this.#livepush?.performLivepush(changed, deleted);
      if (!result || result.outcome === "cancelled") return; // the push that came after it does the rest
      const { durations, outcome } = result;
      const done = outcome === "pushed" ? this.#done : nothingDone;
      emit({
        type: "pushed",
        service,
        outcome: outcome === "pushed" ? "pushed" : "unchanged",
        ...done,
        durationMs: durations.totalMs,
        parts: partsOf(durations),
      });
    } catch (error) {
      if (signal.aborted) return;
      if (isSlipwayError(error) && needsRebuild.has(error.code))
        await this.#rebuild(error.problems.map(({ message }) => message));
      else emit({ type: "failed", service, error });
    }
  }

  async #rebuild(reasons: readonly string[]): Promise<void> {
    const { emit, rebuild, signal } = this.#options;
    const service = this.#name;
    emit({ type: "rebuild", service, reasons });
    const old = this.#livepush;
    this.#livepush = undefined;
    try {
      await old?.cleanupIntermediateContainers();
      const { built, containerId } = await rebuild(service);
      this.#livepush = await this.#init(built, containerId);
    } catch (error) {
      if (signal.aborted) return;
      this.#livepush = old;
      emit({ type: "failed", service, error });
    }
  }

  async #init({ image, dockerfilePath }: BuiltService, containerId: string): Promise<Livepush> {
    const { engine, service, signal } = this.#options;
    const dockerfile = image.dockerfile ?? "";
    const livepush = await Livepush.init({
      dockerfileContent: dockerfile,
      ...(dockerfilePath === undefined ? {} : { dockerfilePath }),
      context: this.#context,
      containerId,
      stageImages: await this.#stageImages(dockerfile),
      docker: engine,
      buildArgs: textValues(service.build?.args ?? {}),
      signal,
    });
    this.#report(livepush);
    return livepush;
  }

  /** Images of all stages but the last; they come from the cache of the build that was just done. */
  async #stageImages(dockerfile: string): Promise<string[]> {
    const { engine, service, signal } = this.#options;
    const buildArgs = textValues(service.build?.args ?? {});
    const all = stages(parse(dockerfile), { buildArgs });
    if (all.length < 2) return [];
    return buildStageImages(engine, () => packDirectory(this.#context, { signal }), {
      stages: all.slice(0, -1).map((stage) => stage.index),
      buildArgs,
      signal,
    });
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
