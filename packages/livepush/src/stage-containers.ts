import { randomUUID } from "node:crypto";
import { isSlipwayError } from "@slipway/errors";
import { type Engine, engineError } from "@slipway/transport";
import { ContainerNotRunningError } from "./container-not-running-error.ts";
import { containerText } from "./container-text.ts";
import { LivepushError } from "./livepush-error.ts";
import { inspectContainer } from "./read-container.ts";
import { type OpenedUpdater, openUpdater } from "./open-updater.ts";
import { readAccounts } from "./owner.ts";
import type { FactBook, Question } from "./stage-facts.ts";
import { statDestination } from "./stat-path.ts";
import type { Updater } from "./updater.ts";

/** Which containers a push works on. */
export interface StageContainersOptions {
  readonly engine: Engine;
  /** The running container, at first. */
  readonly containerId: string;
  readonly stageImages: readonly string[];
  /** Put on the containers of the other stages, beside `dev.slipway.livepush=<containerId>`. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The containers of a Dockerfile's stages: the running one for the last, and sleeping ones, made when first needed. */
export class StageContainers {
  readonly #options: StageContainersOptions;
  #containerId: string;
  readonly #made = new Map<number | string, Promise<string>>();
  readonly #updaters = new Map<number, Promise<OpenedUpdater>>();
  /** Stages whose containers can't run, having no shell. */
  readonly #sleepless = new Set<number>();
  readonly #session = randomUUID();
  /** Whether the making of a container failed, which may have left one. */
  #lost = false;
  #closed = false;

  constructor(options: StageContainersOptions) {
    this.#options = options;
    this.#containerId = options.containerId;
  }

  /** The running container. */
  get containerId(): string {
    return this.#containerId;
  }

  get final(): number {
    return this.#options.stageImages.length;
  }

  /** @throws ContainerNotRunningError after close */
  containerOf(stage: number): Promise<string> {
    if (this.#closed) throw new ContainerNotRunningError("this live push was cleaned up", { hint: "start a new one" });
    if (stage === this.final) return Promise.resolve(this.#containerId);
    return this.#remember(stage, () => this.#make(stage));
  }

  #remember(key: number | string, make: () => Promise<string>): Promise<string> {
    const made = this.#made.get(key) ?? make();
    this.#made.set(key, made);
    made.catch(() => {
      this.#made.delete(key);
      this.#lost = true;
    });
    return made;
  }

  /** A container to copy from: that of a stage, or one of an image that is never started. */
  async sourceOf(from: number | string): Promise<string> {
    if (typeof from === "number") return this.containerOf(from);
    return this.#remember(from, () => this.#makeOf(from));
  }

  async updater(stage: number): Promise<Updater> {
    const containerId = await this.containerOf(stage);
    const known = this.#updaters.get(stage);
    if (known && (stage === this.final || this.#sleepless.has(stage) || (await isUsable(known)))) {
      return (await known).updater;
    }
    if (known) await this.#wake(stage, containerId);
    const opening = openUpdater(this.#options.engine, containerId);
    this.#updaters.set(stage, opening);
    opening.catch(() => this.#updaters.delete(stage));
    return (await opening).updater;
  }

  /** A stage's container sleeps no more once the engine was restarted. */
  async #wake(stage: number, containerId: string): Promise<void> {
    await this.forget(stage);
    try {
      const { State } = await inspectContainer(this.#options.engine, containerId);
      if (!State.Running) await this.#start(stage, containerId);
    } catch (cause) {
      if (!isSlipwayError(cause, "TRANSPORT_NOT_FOUND")) throw cause;
      const message = `the container of stage ${stage} was removed, and with it what was pushed to it`;
      throw new LivepushError("LIVEPUSH_REBUILD_NEEDED", message, {
        cause,
        hint: "build again, then begin a new live push",
      });
    }
  }

  /** Without a shell it can't sleep. It needn't: files go into a container that was never started, too. */
  async #start(stage: number, containerId: string): Promise<void> {
    try {
      await this.#options.engine.docker.getContainer(containerId).start();
    } catch (cause) {
      const error = engineError(cause, `starting container ${containerId}`);
      if (!isSlipwayError(error, "TRANSPORT_REFUSED") && !isSlipwayError(error, "TRANSPORT_NO_SHELL")) throw error;
      this.#sleepless.add(stage);
    }
  }

  /** As `updater`; a container that does not run is started for it, since only then it has a shell. */
  async updaterWithShell(stage: number): Promise<Updater> {
    const updater = await this.updater(stage);
    if (updater.hasShell) return updater;
    // It may have been killed just before; that wakes it.
    if (stage !== this.final) return this.updater(stage);
    // One that was opened before the container ran is let go by that.
    if (await this.isRunning()) return this.updater(stage);
    const { engine } = this.#options;
    const containerId = this.#containerId;
    await engine.docker
      .getContainer(containerId)
      .start()
      .catch((error: unknown) => {
        throw engineError(error, `starting container ${containerId}`);
      });
    await this.forget(stage);
    return this.updater(stage);
  }

  /**
   * Whether the running container still runs. An updater that was opened in another state is let go.
   * @throws ContainerNotRunningError if it is gone
   */
  async isRunning(signal?: AbortSignal): Promise<boolean> {
    const { engine } = this.#options;
    const containerId = this.#containerId;
    try {
      const { State } = await inspectContainer(engine, containerId, signal);
      const opened = await this.#updaters.get(this.final)?.catch(() => undefined);
      if (opened && opened.running !== State.Running) await this.forget(this.final);
      return State.Running;
    } catch (cause) {
      if (!isSlipwayError(cause, "TRANSPORT_NOT_FOUND")) throw cause;
      throw new ContainerNotRunningError(`container ${containerId} is gone`, {
        cause,
        hint: "start the service again, then begin a new live push",
      });
    }
  }

  /** Whether the running container is known to run, without asking the engine. */
  async isLive(): Promise<boolean> {
    const opened = await this.#updaters.get(this.final)?.catch(() => undefined);
    return opened?.updater.live ?? false;
  }

  /** The running container restarted. */
  async restarted(): Promise<void> {
    const opened = await this.#updaters.get(this.final)?.catch(() => undefined);
    if (opened && !opened.running) await this.forget(this.final);
    this.warm();
  }

  /** Gets ready for a push into the running container, so that it is quick. */
  warm(): void {
    const warm = async (): Promise<void> => (await this.updater(this.final)).warm();
    warm().catch(() => undefined); // the push finds out, and says so
  }

  /** Lets go of a stage's updater. */
  async forget(stage: number): Promise<void> {
    const opened = await this.#updaters.get(stage)?.catch(() => undefined);
    this.#updaters.delete(stage);
    await opened?.updater.close();
  }

  /** Finds out what the planner wants to know. */
  async answer(questions: readonly Question[], facts: FactBook, signal: AbortSignal): Promise<void> {
    const { engine } = this.#options;
    for (const question of questions) {
      const { stage } = question;
      const containerId = await this.containerOf(stage);
      if (question.kind === "folder") {
        facts.setDestination(stage, question.path, await statDestination(engine, containerId, question.path, signal));
      } else if (question.kind === "accounts") {
        const [passwd, group] = await Promise.all(
          ["/etc/passwd", "/etc/group"].map((path) => containerText(engine, containerId, path, signal)),
        );
        facts.setAccounts(stage, readAccounts(passwd ?? "", group ?? ""));
      } else facts.setShell(stage, (await this.updaterWithShell(stage)).hasShell);
    }
  }

  /** Goes over to another container; those of the other stages are made anew when they are needed. */
  async replace(containerId: string): Promise<void> {
    await this.#removeMade();
    this.#containerId = containerId;
  }

  /** Removes the containers that were made, and closes what is open in the running one. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#removeMade();
  }

  async #removeMade(): Promise<void> {
    await Promise.all([...this.#updaters.keys()].map((stage) => this.forget(stage)));
    const made = [...this.#made.values()];
    this.#made.clear();
    const results = await Promise.allSettled(
      made.map(async (making) => {
        const id = await making.catch(() => undefined);
        if (id !== undefined) await remove(this.#options.engine, id);
      }),
    );
    for (const result of results) if (result.status === "rejected") throw result.reason;
    if (this.#lost) await this.#removeLost();
    this.#lost = false;
  }

  /** Those that were made though the connection failed before the engine could say so. */
  async #removeLost(): Promise<void> {
    const { engine } = this.#options;
    const filters = { label: [`dev.slipway.livepush.session=${this.#session}`] };
    try {
      const left = await engine.docker.listContainers({ all: true, filters });
      await Promise.all(left.map(({ Id }) => remove(engine, Id)));
    } catch (error) {
      throw engineError(error, "looking for containers that were left over");
    }
  }

  #labels(): Record<string, string> {
    return {
      ...this.#options.labels,
      "dev.slipway.livepush": this.#containerId,
      "dev.slipway.livepush.session": this.#session,
    };
  }

  async #makeOf(image: string): Promise<string> {
    const { engine } = this.#options;
    try {
      return (await engine.docker.createContainer({ Image: image, Cmd: ["-"], Labels: this.#labels() })).id;
    } catch (cause) {
      const error = engineError(cause, `making a container of image ${image}`);
      if (!isSlipwayError(error, "TRANSPORT_NOT_FOUND")) throw error;
      const message = `what was copied from image ${image} must be put back, and the engine doesn't have that image`;
      throw new LivepushError("LIVEPUSH_REBUILD_NEEDED", message, { cause, hint: "pull it, or build again" });
    }
  }

  async #make(stage: number): Promise<string> {
    const { engine, stageImages } = this.#options;
    const image = stageImages[stage] as string;
    try {
      const container = await engine.docker.createContainer({
        Image: image,
        Entrypoint: ["sh", "-c", "while :; do sleep 3600; done"],
        Cmd: [],
        User: "0",
        WorkingDir: "/",
        Labels: this.#labels(),
      });
      await this.#start(stage, container.id);
      return container.id;
    } catch (error) {
      throw engineError(error, `making a container for stage ${stage} from image ${image}`);
    }
  }
}

/** Whether its shell is still open, or it never had one. */
async function isUsable(opened: Promise<OpenedUpdater>): Promise<boolean> {
  const { updater, running } = await opened;
  return updater.live || (running && !updater.hasShell);
}

async function remove(engine: Engine, id: string): Promise<void> {
  try {
    await engine.docker.getContainer(id).remove({ force: true, v: true });
  } catch (cause) {
    const error = engineError(cause, `removing container ${id}`);
    if (!isSlipwayError(error, "TRANSPORT_NOT_FOUND")) throw error;
  }
}
