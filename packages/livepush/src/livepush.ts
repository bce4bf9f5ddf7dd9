import { EventEmitter } from "node:events";
import path from "node:path";
import { parse } from "@slipway/dockerfile";
import { isSlipwayError } from "@slipway/errors";
import { type Engine, engineError, toEngine } from "@slipway/transport";
import { abortable } from "./abortable.ts";
import type { ApplyDurations } from "./apply-plan.ts";
import { ContainerNotRunningError } from "./container-not-running-error.ts";
import { LivepushError } from "./livepush-error.ts";
import { type PositionalRest, readDockerfile, readOptions } from "./livepush-arguments.ts";
import type { LivepushOptions } from "./livepush-options.ts";
import { refuseRebuild } from "./refuse-rebuild.ts";
import type { PushDurations, PushEvents, PushOutcome } from "./push-event.ts";
import type { PushPlan } from "./push-plan.ts";
import { readContainer } from "./read-container.ts";
import { PushSession } from "./push-session.ts";
import { StageContainers } from "./stage-containers.ts";

/** What a push did. */
export interface PushResult {
  readonly outcome: Exclude<PushOutcome, "failed">;
  readonly plan?: PushPlan | undefined;
  readonly durations: PushDurations;
}

/** The reason that a push is cancelled with by the next one, or by cancel(). */
class Superseded extends Error {}

const noTime: ApplyDurations = { deleteMs: 0, copyMs: 0, runMs: 0 };

/**
 * A session of live pushes into one container: files are copied or removed as its Dockerfile's steps would, commands run
 * again that come after a changed COPY, and the container restarts once. Pushes never overlap.
 */
export class Livepush extends EventEmitter<PushEvents> {
  readonly #engine: Engine;
  readonly #containers: StageContainers;
  readonly #session: PushSession;
  readonly #options: LivepushOptions;
  #current: { readonly controller: AbortController; readonly ended: Promise<void> } | undefined;
  #closed = false;

  private constructor(options: LivepushOptions, engine: Engine, containers: StageContainers, session: PushSession) {
    super();
    this.#options = options;
    this.#engine = engine;
    this.#containers = containers;
    this.#session = session;
  }

  /**
   * Begins a session. The container must be of an image that was built from the Dockerfile and the context as they are
   * now. Containers for other stages are made only when a push needs them.
   * @throws LivepushError LIVEPUSH_NO_DOCKERFILE; LIVEPUSH_STAGE_IMAGES unless there is one image for each stage but the
   *   last; LIVEPUSH_DIRECTIVE; ContainerNotRunningError if there is no such container; DockerfileError
   */
  static init(options: LivepushOptions): Promise<Livepush>;
  /** @deprecated Give the options as an object. */
  static init(
    dockerfileContent: string | Buffer,
    context: string,
    containerId: string,
    stageImages: string[],
    docker: LivepushOptions["docker"],
  ): Promise<Livepush>;
  static async init(first: LivepushOptions | string | Buffer, ...rest: PositionalRest | []): Promise<Livepush> {
    const options = readOptions(first, rest);
    const { containerId, stageImages, signal, buildArgs = {}, dockerfilePath = "Dockerfile" } = options;
    signal?.throwIfAborted();
    const live = readDockerfile(options);
    const tree = parse(live.text, { file: dockerfilePath });
    const stageCount = tree.instructions.filter(({ keyword }) => keyword === "FROM").length;
    if (stageImages.length !== stageCount - 1) {
      throw new LivepushError(
        "LIVEPUSH_STAGE_IMAGES",
        `the Dockerfile has ${stageCount} stage${stageCount === 1 ? "" : "s"}, so ${Math.max(0, stageCount - 1)} stage images are expected; got ${stageImages.length}`,
        { hint: "give the image of each stage but the last, in the Dockerfile's order" },
      );
    }
    const engine = toEngine(options.docker);
    const containers = new StageContainers({ engine, containerId, stageImages, labels: options.labels ?? {} });
    await containers.isRunning();
    containers.warm();
    try {
      const session = await PushSession.open({
        engine,
        containers,
        containerId,
        stageImages,
        directory: path.resolve(options.context),
        dockerfilePath,
        live,
        tree,
        buildArgs,
        restartBy: options.skipContainerRestart
          ? "nothing"
          : options.restartSignal === undefined
            ? "restart"
            : { signal: options.restartSignal },
      });
      signal?.throwIfAborted();
      return new Livepush(options, engine, containers, session);
    } catch (error) {
      await containers.close();
      throw error;
    }
  }

  /**
   * Pushes changes of the given paths, relative to the context or absolute, and whatever earlier pushes left undone. The
   * disk decides which of them changed and which are gone. A push that is under way is cancelled first, and what it had
   * not done yet becomes part of this one.
   * @param options `signal` cancels like `cancel()`, but the push rejects with its reason
   * @throws CommandFailedError LIVEPUSH_COMMAND_FAILED: later steps did not run, and the next push tries again;
   *   LivepushError LIVEPUSH_REBUILD_NEEDED with a problem for each reason, nothing having been pushed;
   *   ContainerNotRunningError if the container is gone or this session was cleaned up; LIVEPUSH_PATH_OUTSIDE,
   *   LIVEPUSH_SOURCE_MISSING, LIVEPUSH_UPDATE_FAILED; TransportError
   */
  async performLivepush(
    addedOrUpdated: readonly string[],
    deleted: readonly string[] = [],
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<PushResult> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.#closed) throw new ContainerNotRunningError("this live push was cleaned up", { hint: "start a new one" });
    this.#session.note([...addedOrUpdated, ...deleted]);
    const before = this.#stopCurrent();
    const controller = new AbortController();
    const onAbort = (): void => controller.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const push = before.then(() => this.#push(controller.signal));
    const current = {
      controller,
      ended: push.then(
        () => undefined,
        () => undefined,
      ),
    };
    this.#current = current;
    try {
      return await push;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      if (this.#current === current) this.#current = undefined;
    }
  }

  /** Whether a push of these paths would do anything; also true while something is left undone. Looks at no file. */
  livepushNeeded(addedOrUpdated: readonly string[], deleted: readonly string[] = []): boolean {
    return this.#session.isNeeded([...addedOrUpdated, ...deleted]);
  }

  /** Cancels the push that is under way and waits until nothing of it runs any more. The next push does the rest. */
  async cancel(): Promise<void> {
    await this.#stopCurrent();
  }

  /**
   * Another container has taken the place of this one, of the same image: the next push, even one of nothing, brings it to
   * where this one was.
   * @throws LivepushError LIVEPUSH_OTHER_IMAGE; ContainerNotRunningError if there is no such container
   */
  async replaceContainer(containerId: string): Promise<void> {
    await this.#stopCurrent();
    const { image } = await readContainer(this.#engine, containerId);
    if (image !== this.#session.image) {
      throw new LivepushError("LIVEPUSH_OTHER_IMAGE", `container ${containerId} is of another image, ${image}`, {
        hint: "begin a new live push",
      });
    }
    await this.#containers.replace(containerId);
    this.#session.startOver();
  }

  /**
   * Something else may have changed the container: the next push compares its files with the context's by their hashes
   * and brings back what differs. A push that the connection failed makes the next one do so by itself.
   */
  verify(): void {
    this.#session.suspect();
  }

  /** Other build arguments, from the next push on. */
  setBuildArgs(buildArgs: Readonly<Record<string, string>>): void {
    this.#session.setBuildArgs(buildArgs);
  }

  /** Ends the session: cancels what is under way, removes the other stages' containers, closes what is open. */
  async cleanupIntermediateContainers(): Promise<void> {
    this.#closed = true;
    await this.#stopCurrent();
    await this.#containers.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cleanupIntermediateContainers();
  }

  #stopCurrent(): Promise<void> {
    const current = this.#current;
    if (!current) return Promise.resolve();
    if (!current.controller.signal.aborted) {
      current.controller.abort(new Superseded());
      this.emit("cancel");
    }
    return current.ended;
  }

  async #push(signal: AbortSignal): Promise<PushResult> {
    const started = performance.now();
    let planMs = 0;
    let restartMs = 0;
    let applied = noTime;
    let planned: PushPlan | undefined;
    let begun = false;
    const end = (outcome: PushOutcome): PushDurations => {
      const durations = { planMs, ...applied, restartMs, totalMs: performance.now() - started };
      if (begun) this.emit("end", { outcome, durations });
      return durations;
    };
    try {
      const wasRunning = await this.#isRunning(signal);
      planned = await this.#session.plan(signal);
      planMs = performance.now() - started;
      refuseRebuild(planned);
      if (planned.stages.length === 0 && !planned.restart.needed) {
        const durations = end("unchanged");
        await this.#session.carryOut(planned, { report: () => undefined, signal, restart: () => Promise.resolve() });
        return { outcome: "unchanged", plan: planned, durations };
      }
      begun = true;
      const plan = planned;
      this.emit("start", { plan });
      applied = await this.#session.carryOut(plan, {
        report: (name, ...event) => void (this.emit as (name: string, ...event: unknown[]) => boolean)(name, ...event),
        signal,
        restart: async () => {
          const restarted = performance.now();
          await this.#restart(plan, wasRunning);
          restartMs = performance.now() - restarted;
        },
      });
      return { outcome: "pushed", plan: planned, durations: end("pushed") };
    } catch (error) {
      if (signal.aborted && error === signal.reason) {
        const durations = end("cancelled");
        if (!(error instanceof Superseded)) throw error;
        return { outcome: "cancelled", plan: planned, durations };
      }
      end("failed");
      throw await this.#explain(error);
    }
  }

  async #isRunning(signal: AbortSignal): Promise<boolean> {
    return (await abortable(this.#containers.isLive(), signal)) || (await this.#containers.isRunning(signal));
  }

  async #restart({ restart: { by } }: PushPlan, wasRunning: boolean): Promise<void> {
    const { containerId } = this.#containers;
    const { stopTimeout = 1 } = this.#options;
    if (by === "nothing" && wasRunning) return;
    const container = this.#engine.docker.getContainer(containerId);
    if (typeof by === "object" && wasRunning) {
      try {
        await container.kill({ signal: by.signal });
      } catch (error) {
        throw engineError(error, `sending ${by.signal} to container ${containerId}`);
      }
      this.emit("containerSignal", { containerId, signal: by.signal });
      return;
    }
    try {
      await container.restart({ t: stopTimeout });
    } catch (error) {
      throw engineError(error, `restarting container ${containerId}`);
    }
    await this.#containers.restarted();
    this.emit("containerRestart", { containerId });
  }

  /** An error as it is, unless it comes of the container's end. */
  async #explain(error: unknown): Promise<unknown> {
    if (isSlipwayError(error) && !error.code.startsWith("TRANSPORT_")) return error;
    this.#session.suspect();
    try {
      if (await this.#containers.isRunning()) return error;
    } catch (failure) {
      return isSlipwayError(failure, "LIVEPUSH_CONTAINER_NOT_RUNNING") ? failure : error;
    }
    return new ContainerNotRunningError(`container ${this.#containers.containerId} does not stay up`, {
      cause: error,
      hint: "look at its logs; the next push tries again",
    });
  }
}
