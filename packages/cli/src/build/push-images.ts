import { type Engine, pushImage, registryAuthFor, parseReference } from "@slipway/transport";
import type { Io } from "../io.ts";
import type { BuiltImage } from "./built-image.ts";
import type { PushEvent } from "./command-event.ts";
import { pushNames } from "./push-names.ts";

/** A push that failed. */
export interface PushFailure {
  readonly service: string;
  readonly image: string;
  readonly error: unknown;
}

/** Where images are pushed from. */
export interface PushOptions {
  readonly engineOf: (built: BuiltImage) => Engine;
  readonly onEvent: (service: string, event: PushEvent) => void;
  readonly io: Pick<Io, "env" | "signal">;
}

const atOnce = 4;

/**
 * Pushes images to their registries, some at once. One that fails does no harm to the others.
 * @returns the images with the digests that they were pushed under, and what failed
 * @throws the signal's reason
 */
export async function pushImages(
  images: readonly BuiltImage[],
  { engineOf, onEvent, io }: PushOptions,
): Promise<{ images: BuiltImage[]; failures: PushFailure[] }> {
  const { env, signal } = io;
  const failures: PushFailure[] = [];
  const digests = images.map((): Record<string, string | undefined> => ({}));
  const waiting = [...images.entries()].flatMap(([index, built]) =>
    pushNames(built).map((name) => ({ index, built, name })),
  );
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { index, built, name } = next;
      const service = built.image.serviceName;
      const about = { type: "push", image: name } as const;
      const tell = (event: PushEvent): void => onEvent(service, event);
      signal.throwIfAborted();
      tell({ ...about, state: "started" });
      try {
        const { digest } = await pushImage(engineOf(built), name, {
          auth: await registryAuthFor(parseReference(name).domain, env, { signal }),
          onProgress: ({ overall }) => tell({ ...about, state: "pushing", overall }),
          signal,
        });
        digests[index] = { ...digests[index], [name]: digest };
        tell({ ...about, state: "pushed", digest });
      } catch (error) {
        signal.throwIfAborted();
        failures.push({ service, image: name, error });
        tell({ ...about, state: "failed", error });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { images: images.map((built, index) => ({ ...built, pushed: digests[index] ?? {} })), failures };
}
