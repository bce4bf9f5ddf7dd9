import type Dockerode from "dockerode";
import { ask } from "../ask.ts";
import type { Engine } from "../engine.ts";
import { engineError } from "../engine-error.ts";

/** What the engine knows of an image. */
export type ImageInspect = Dockerode.ImageInspectInfo;

/** An image by name or id, or undefined where the engine doesn't have it. */
export async function inspectImage(handle: Engine | Dockerode, reference: string): Promise<ImageInspect | undefined> {
  try {
    return await ask<ImageInspect>(handle, { path: `/images/${encodeURI(reference)}/json` });
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw engineError(error, `inspecting image ${reference}`);
  }
}
