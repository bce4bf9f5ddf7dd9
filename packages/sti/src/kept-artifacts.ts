import { type Engine, engineError, removeImage } from "@slipway/transport";
import type { BuildContext } from "./build-context.ts";
import type { BuildStep } from "./build-step.ts";
import { commitContainer } from "./commit-container.ts";
import { inFolder, openSaver, runSaver, type PreviousImage } from "./save-artifacts.ts";
import { checkArtifacts } from "./check-artifacts.ts";
import type { ScriptContainer } from "./container.ts";
import { settleAll } from "./settle-all.ts";

/**
 * Artifacts of the last build that never leave the engine: they stay in the volume, or become an image, of the container
 * that saved them. Only a look at their names and kinds goes over the wire.
 */
export class KeptArtifacts {
  /** What holds them: a volume's name, or an image's. */
  readonly name: string;
  /** Once they are saved and found in order; rejects as `savedArtifacts` does. */
  readonly ready: Promise<void>;
  readonly #context: BuildContext;
  readonly #container: ScriptContainer;
  readonly #isImage: boolean;
  #containerGone: Promise<void> | undefined;

  private constructor(
    context: BuildContext,
    previous: PreviousImage,
    container: ScriptContainer,
    held: { readonly name: string; readonly isImage: boolean },
  ) {
    this.#context = context;
    this.#container = container;
    this.name = held.name;
    this.#isImage = held.isImage;
    this.ready = this.#save(previous);
    // Whoever waits for it hears of it; nobody may wait any more.
    this.ready.catch(() => undefined);
  }

  /**
   * Whether artifacts can stay on the engine: those that a script leaves in its folder, if prepare needs no other owner
   * for them, and, for an image, if nothing else is in that folder or in its place.
   */
  static fits(previous: PreviousImage, { ids }: BuildStep, as: "volume" | "image"): boolean {
    const { layout, emptyFolder, destination, image } = previous;
    const sameOwner = ids.uid === 0 || (ids.uid === previous.ids.uid && ids.gid === previous.ids.gid);
    if (layout !== "sti" || !sameOwner) return false;
    const folder = `${destination}/artifacts`;
    const volumes = Object.keys(image.Config.Volumes ?? {});
    return as === "volume" || (emptyFolder && !volumes.some((path) => `${folder}/`.startsWith(`${path}/`)));
  }

  /** Starts to save them. */
  static async start(context: BuildContext, previous: PreviousImage, as: "volume" | "image"): Promise<KeptArtifacts> {
    const isImage = as === "image";
    const name = `slipway-sti-${context.runId}-artifacts${isImage ? ":saved" : ""}`;
    const shared = isImage ? [] : [{ name, target: `${previous.destination}/artifacts` }];
    try {
      const container = await openSaver(context, previous, { shared });
      return new KeptArtifacts(context, previous, container, { name, isImage });
    } catch (error) {
      if (!isImage) await removeVolume(context.engine, name);
      throw error;
    }
  }

  async #save(previous: PreviousImage): Promise<void> {
    await runSaver(this.#context, previous, this.#container);
    await settleAll([
      this.#check(previous),
      ...(this.#isImage ? [commitContainer(this.#context, this.#container, this.name)] : []),
    ]);
    // What is needed is in image or volume by now. Removing takes its time, which goes by while something else is done.
    this.#removeContainer().catch(() => undefined);
  }

  #removeContainer(): Promise<void> {
    this.#containerGone ??= this.#container.remove();
    return this.#containerGone;
  }

  async #check(previous: PreviousImage): Promise<void> {
    const { request } = this.#context;
    const rules = {
      image: previous.reference,
      folder: `${previous.destination}/artifacts`,
      allowOutsideLinks: request.allowOutsideLinks ?? false,
    };
    const entries = checkArtifacts(inFolder(this.#context, previous, this.#container), rules);
    for await (const _ of entries) request.signal?.throwIfAborted();
  }

  /** Removes what held them, once nothing uses them. */
  async remove(): Promise<void> {
    await this.ready.catch(() => undefined);
    await this.#removeContainer();
    const { engine } = this.#context;
    if (this.#isImage) await removeImage(engine, this.name);
    else await removeVolume(engine, this.name);
  }
}

async function removeVolume(engine: Engine, name: string): Promise<void> {
  try {
    await engine.docker.getVolume(name).remove();
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw engineError(error, `removing volume ${name}`);
  }
}
