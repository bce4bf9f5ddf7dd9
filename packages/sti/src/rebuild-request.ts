import { inspectImage } from "@slipway/transport";
import { withEngine } from "./engine-for.ts";
import { labelNames } from "./labels.ts";
import type { BuildRequest, Request } from "./request.ts";
import { StiError } from "./sti-error.ts";

/** What {@link rebuildRequest} takes. */
export type RebuildOptions = Pick<Request, "engine" | "dockerSocket" | "dockerTimeout" | "signal">;

/** What an image's labels say of a request. */
export type RebuildRequest = Omit<BuildRequest, "engine" | "signal" | "source"> & { readonly source: string };

/**
 * The request that builds an image again as its labels say it was built: the same source, at its newest commit where a
 * branch was given, the same images, variables and method. Secrets have to be given again.
 *
 * @throws StiError STI_NO_LABELS
 */
export async function rebuildRequest(tag: string, options: RebuildOptions = {}): Promise<RebuildRequest> {
  const image = await withEngine({ baseImage: tag, ...options }, (engine) => inspectImage(engine, tag));
  const labels = image?.Config.Labels ?? {};
  const source = labels[labelNames.source];
  const baseImage = labels[labelNames.builder];
  if (!image || !source || !baseImage) {
    const what = image ? "does not say what it was built from" : "is not on the engine";
    throw new StiError("STI_NO_LABELS", `image ${tag} ${what}`, {
      image: tag,
      hint: image ? "build it with its source and builder image" : "name an image that was built before",
    });
  }
  const ref = labels[labelNames.ref];
  const contextDir = labels[labelNames.contextDir];
  return {
    ...saidRequest(labels[labelNames.request], tag),
    source,
    baseImage,
    tag,
    ...(ref === undefined ? {} : { ref }),
    ...(contextDir === undefined ? {} : { contextDir }),
  };
}

function saidRequest(label: string | undefined, tag: string): Partial<BuildRequest> {
  try {
    return JSON.parse(label ?? "{}");
  } catch (cause) {
    throw new StiError("STI_NO_LABELS", `image ${tag}: its label ${labelNames.request} is no JSON`, {
      cause,
      image: tag,
      hint: "build it with its source and builder image",
    });
  }
}
