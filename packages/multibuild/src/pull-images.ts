import { type Engine, inspectImage, pullImage, type PullProgress } from "@slipway/transport";
import { registryCredentials, type RegistrySecrets } from "./registry-secrets.ts";

/** An image to be had. */
export interface WantedImage {
  readonly name: string;
  readonly platform: string | undefined;
  /** Of these, the registry is given its own. */
  readonly secrets: RegistrySecrets;
}

/** Gets images from their registries, each once however many services have it. */
export class ImagePuller {
  readonly #engine: Engine;
  readonly #always: boolean;
  readonly #signal: AbortSignal;
  readonly #pulls = new Map<string, Pull>();

  /** @param always also where the engine has the image already */
  constructor(engine: Engine, always: boolean, signal: AbortSignal) {
    this.#engine = engine;
    this.#always = always;
    this.#signal = signal;
  }

  /**
   * The image's id, once the engine has it.
   *
   * @throws {TransportError} `TRANSPORT_PULL_FAILED`
   */
  async get(image: WantedImage, onProgress: (progress: PullProgress) => void): Promise<string> {
    const key = `${image.name} ${image.platform ?? ""}`;
    let pull = this.#pulls.get(key);
    if (!pull) {
      const listeners: Pull["listeners"] = [];
      pull = { listeners, imageId: this.#pull(image, listeners) };
      this.#pulls.set(key, pull);
    }
    pull.listeners.push(onProgress);
    return await pull.imageId;
  }

  async #pull({ name, platform, secrets }: WantedImage, listeners: Pull["listeners"]): Promise<string> {
    const present = this.#always ? undefined : await inspectImage(this.#engine, name);
    if (present && suits(present, platform)) return present.Id;
    const known = registryCredentials(name, secrets);
    await pullImage(this.#engine, name, {
      platform,
      // Without any, docker's own configuration is asked.
      auth: known && { username: known.username, password: known.password, serveraddress: known.registry },
      signal: this.#signal,
      onProgress: (progress) => {
        for (const listener of listeners) listener(progress);
      },
    });
    return (await inspectImage(this.#engine, name))?.Id ?? name;
  }
}

interface Pull {
  readonly listeners: ((progress: PullProgress) => void)[];
  readonly imageId: Promise<string>;
}

/** Whether an image is for the platform. A variant, as in `linux/arm/v7`, isn't known of every image. */
function suits(image: { Os: string; Architecture: string }, platform: string | undefined): boolean {
  if (platform === undefined) return true;
  const [os, architecture] = platform.split("/");
  return image.Os === os && (architecture === undefined || image.Architecture === architecture);
}
