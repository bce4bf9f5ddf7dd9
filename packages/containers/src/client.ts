import { randomBytes } from "node:crypto";
import type { Backend } from "./backend/backend.ts";
import type { OperationOptions } from "./backend/operation-options.ts";
import { buildImage } from "./build-image.ts";
import { checkImageOptions } from "./check-image-options.ts";
import { clean, type CleanFilter, type CleanOptions, type CleanResult } from "./clean.ts";
import { ContainersError } from "./containers-error.ts";
import { findBackend } from "./find-backend.ts";
import { Image, type ImageContext } from "./image.ts";
import type { ImageOptions } from "./image-options.ts";
import { Network } from "./network.ts";
import type { BackendConfig } from "./backend/backend-config.ts";
import { newBackend } from "./new-backend.ts";
import { thisProcess } from "./reaper/owner.ts";
import { Reaper } from "./reaper/reaper.ts";
import { removeEndedSessions } from "./reaper/remove-ended-sessions.ts";
import { removeResources, type RemovedResources } from "./remove-resources.ts";
import { label, newSession } from "./session.ts";
import { Volume } from "./volume.ts";

/** How a client is made. */
export interface ClientOptions extends OperationOptions {
  /** Which engine; the first that answers without: docker, then containerd. */
  readonly backend?: BackendConfig | undefined;
  /** The variables that say where an engine is that has to be found; the process's own without. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Labels for everything that the client makes. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Build every image anew, whatever there is. */
  readonly forceRebuild?: boolean | undefined;
  /**
   * Whether a process of its own removes what this client made once this process has ended, however it ended. Default:
   * yes, from the first thing on that the client makes. A backend of one's own has none.
   */
  readonly reaper?: boolean | undefined;
}

/** Runs containers on one engine. What it made is removed when it is closed. */
export class Client implements AsyncDisposable {
  readonly backend: Backend;
  /** Everything that this client makes carries it as its label `dev.slipway.containers.session`. */
  readonly session: string = newSession();
  readonly #options: ClientOptions;
  readonly #owner: string = thisProcess();
  #reaper: Reaper | undefined;

  /** With a backend of one's own; {@link Client.connect} finds one. */
  constructor(backend: Backend, options: Omit<ClientOptions, "backend" | "environment" | "signal"> = {}) {
    this.backend = backend;
    this.#options = options;
  }

  /**
   * A client of the engine given, or of the first that answers.
   * @throws ContainersError CONTAINERS_BACKEND_NOT_AVAILABLE with what was tried
   */
  static async connect(options: ClientOptions = {}): Promise<Client> {
    const { backend, environment, signal, ...rest } = options;
    const found = backend ? await newBackend(backend, { signal }) : await findBackend({ environment, signal });
    return new Client(found, rest);
  }

  /**
   * An image, built or pulled. Where a pull fails and the engine has the image, that one is taken.
   * @throws ContainersError CONTAINERS_IMAGE_OPTIONS, CONTAINERS_IMAGE_BUILD, CONTAINERS_IMAGE_PULL
   */
  async image(name: string, options: ImageOptions = {}): Promise<Image> {
    const { signal, platform, auth, pull = "always" } = options;
    await checkImageOptions(name, options);
    signal?.throwIfAborted();
    const context = this.#context;
    if (options.build !== undefined || options.directory !== undefined || options.dockerfile !== undefined) {
      const fresh = options.forceRebuild ?? this.#options.forceRebuild ?? false;
      return new Image(context, await buildImage(context, name, options, fresh), platform, auth);
    }
    const image = new Image(context, name, platform, auth);
    const exists = await image.exists({ signal });
    if (exists && pull !== "always") return image;
    if (pull !== "never") {
      try {
        // Where there is one to fall back to, nobody is to wait for a registry that doesn't answer.
        return await image.pull({ signal, onStatus: options.onPull, retries: exists ? 0 : undefined });
      } catch (error) {
        signal?.throwIfAborted();
        if (!exists) throw error;
        return image;
      }
    }
    throw new ContainersError("CONTAINERS_IMAGE_MISSING", `${this.backend.type} has no image ${name}`, {
      hint: 'it is not pulled with `pull: "never"`',
    });
  }

  /** A network of its own for containers that are to reach each other. */
  async network(options: OperationOptions & { readonly name?: string } = {}): Promise<Network> {
    const { name = freshName(), signal } = options;
    this.#guard();
    try {
      signal?.throwIfAborted();
      const id = await this.backend.createNetwork({ name, labels: this.#labels });
      const network = new Network(this.backend, id, name);
      if (signal?.aborted) await network.remove();
      signal?.throwIfAborted();
      return network;
    } catch (error) {
      signal?.throwIfAborted();
      throw ContainersError.from(error, "CONTAINERS_NETWORK", `making network ${name}`);
    }
  }

  /** A volume of its own: files that outlive a container. */
  async volume(options: OperationOptions & { readonly name?: string } = {}): Promise<Volume> {
    const { name = freshName(), signal } = options;
    this.#guard();
    try {
      signal?.throwIfAborted();
      const id = await this.backend.createVolume({ name, labels: this.#labels });
      const volume = new Volume(this.backend, id, name);
      if (signal?.aborted) await volume.remove();
      signal?.throwIfAborted();
      return volume;
    } catch (error) {
      signal?.throwIfAborted();
      throw ContainersError.from(error, "CONTAINERS_VOLUME", `making volume ${name}`);
    }
  }

  /** Removes images, and with `containers` also what else is left, that are older than `ageMs`: of ours only, unless told. */
  async clean(ageMs: number, filter: CleanFilter = {}, options: CleanOptions = {}): Promise<CleanResult> {
    return await clean(this.backend, ageMs, filter, options);
  }

  /** Removes what processes of this machine have left that have ended, and whose reapers ended with them. */
  async collectGarbage(options: OperationOptions & { readonly dryRun?: boolean } = {}): Promise<RemovedResources> {
    return await removeEndedSessions(this.backend, options);
  }

  /** Removes everything that it made but images, and lets go of the engine. */
  async close(): Promise<void> {
    await removeResources(this.backend, { labels: { [label.session]: this.session } });
    this.#reaper?.dismiss();
    this.#reaper = undefined;
    this.backend.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #labels(): Readonly<Record<string, string>> {
    return {
      ...this.#options.labels,
      [label.managed]: "true",
      [label.session]: this.session,
      [label.owner]: this.#owner,
    };
  }

  get #context(): ImageContext {
    return { backend: this.backend, labels: this.#labels, guard: () => this.#guard() };
  }

  /** Before the first thing is made, so that there is no moment in which it could be left. */
  #guard(): void {
    const { config } = this.backend;
    if (this.#reaper || !config || this.#options.reaper === false) return;
    this.#reaper = new Reaper({ backend: config, session: this.session });
  }
}

function freshName(): string {
  return `slipway-${randomBytes(6).toString("hex")}`;
}
