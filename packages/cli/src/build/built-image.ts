import { errorToJson } from "../error-to-json.ts";
import type { LocalImage } from "@slipway/multibuild";

/** What has become of a service: what the table and `--json` show. */
export interface BuiltImage {
  readonly image: LocalImage;
  /** In bytes, as the engine counts it; undefined where it doesn't say. */
  readonly size: number | undefined;
  /** As the engine names it: `arm64`. */
  readonly architecture: string | undefined;
  /** Names that `--tag` gave it. */
  readonly tags: readonly string[];
  /** Under which digest each name was pushed. */
  readonly pushed: Readonly<Record<string, string | undefined>>;
}

/** Asks the engines about the images that were built. One that doesn't answer takes nothing from a build that is done. */
export function describeImages(images: readonly LocalImage[]): Promise<BuiltImage[]> {
  return Promise.all(
    images.map(async (image): Promise<BuiltImage> => {
      const info = image.successful
        ? await image
            .getImage()
            .inspect()
            .catch(() => undefined)
        : undefined;
      return { image, size: info?.Size, architecture: info?.Architecture, tags: [], pushed: {} };
    }),
  );
}

/** An image as `--json` and the last event of `--progress json` have it. */
export function imageToJson({ image, size, tags, pushed }: BuiltImage): Readonly<Record<string, unknown>> {
  const { serviceName, name, imageId, successful, external, startTime, endTime, build, engine } = image;
  return {
    service: serviceName,
    image: name,
    id: imageId,
    successful,
    external,
    size,
    durationMs: endTime - startTime,
    cachedSteps: build?.steps.filter((step) => step.cached).length,
    steps: build?.steps.length,
    sent: build?.sent,
    engine,
    platform: image.platform,
    attempts: image.attempts,
    sharedWith: image.sharedWith,
    tags,
    pushed,
    ...(successful ? {} : { error: errorToJson(image.error) }),
  };
}
