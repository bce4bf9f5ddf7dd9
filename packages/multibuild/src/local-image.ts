import type { BuildResult } from "@slipway/build";
import { type Dockerode, type Engine, engineError } from "@slipway/transport";
import { MultibuildError } from "./multibuild-error.ts";

/** What became of a task: an image on the engine, or why there is none. */
export interface LocalImage {
  readonly serviceName: string;
  /** Whether it came from a registry, or was there already. */
  readonly external: boolean;
  /** The image's name, or its id where it has none; the name that it was to have, if it failed. */
  readonly name: string;
  /** `sha256:…`; undefined if it failed. */
  readonly imageId: string | undefined;
  readonly successful: boolean;
  /** Why it failed. */
  readonly error?: unknown;
  /** Ids of intermediate images, of the classic builder only. */
  readonly layers: readonly string[];
  /** The images that the Dockerfile's stages start from. */
  readonly baseImageTags: readonly string[];
  /** The address of the engine that has it, or that it failed on; undefined if it was given to none. */
  readonly engine: string | undefined;
  /** The platform that was asked for; undefined for the engine's own. */
  readonly platform: string | undefined;
  /** How often it was begun. */
  readonly attempts: number;
  /** The service whose build was the same, and done for both. */
  readonly sharedWith?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  readonly endTime: number;
  /** The Dockerfile that was built. */
  readonly dockerfile: string | undefined;
  /** The name of the resolver that made the Dockerfile. */
  readonly projectType: string | undefined;
  /** What the build said, of an image that was built. */
  readonly build?: BuildResult | undefined;
  /** A handle of the image. */
  getImage(): Dockerode.Image;
  /** Takes the image's name off the engine, and the image with it if it has no other. */
  deleteImage(): Promise<void>;
}

/** What a build or a pull gave. */
export type MadeImage = Pick<LocalImage, "layers" | "build"> & { readonly imageId: string };

/** Completes an image with what can be done with it. */
export function localImage(
  engine: Engine | undefined,
  image: Omit<LocalImage, "getImage" | "deleteImage">,
): LocalImage {
  const there = (): Engine => {
    if (engine) return engine;
    throw new MultibuildError("MULTIBUILD_NOT_RUN", `there is no image of service ${image.serviceName}`, {
      hint: "look at `successful` first",
    });
  };
  return {
    ...image,
    getImage: () => there().docker.getImage(image.name),
    deleteImage: async () => {
      try {
        await there().docker.getImage(image.name).remove({ force: true });
      } catch (error) {
        throw engineError(error, `deleting image ${image.name}`);
      }
    },
  };
}
