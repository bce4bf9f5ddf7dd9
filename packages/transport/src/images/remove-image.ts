import type Dockerode from "dockerode";
import { ask } from "../ask.ts";
import type { Engine } from "../engine.ts";
import { engineError } from "../engine-error.ts";

/** How to remove an image. */
export interface RemoveImageOptions {
  /** Also where it has other names, or a stopped container uses it. */
  readonly force?: boolean | undefined;
}

/**
 * Removes an image's name, and the image with its last name. Whether there was one.
 * @throws TransportError TRANSPORT_CONFLICT where a container uses it
 */
export async function removeImage(
  handle: Engine | Dockerode,
  reference: string,
  options: RemoveImageOptions = {},
): Promise<boolean> {
  try {
    await ask(handle, {
      path: `/images/${encodeURI(reference)}`,
      method: "DELETE",
      query: { force: options.force ?? false },
    });
    return true;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false;
    throw engineError(error, `removing image ${reference}`);
  }
}
