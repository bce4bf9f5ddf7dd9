import { posix } from "node:path";
import { type ImageInspect, inspectImage } from "@slipway/transport";
import type { BuildContext } from "./build-context.ts";
import { ImageFiles, scriptFolders } from "./image-files.ts";
import { labelNames } from "./labels.ts";
import type { PreviousImage } from "./save-artifacts.ts";

/** The image that a tag has now, and whether its artifacts can be saved. */
export interface Previous {
  readonly image: ImageInspect | undefined;
  readonly artifacts: PreviousImage | undefined;
}

/**
 * Looks at the image of the last build, whose artifacts the next one is given.
 * @param uploads the source's own scripts, which go before the image's
 */
export async function findPrevious(
  { engine, request, runId, emit }: BuildContext,
  reference: string,
  uploads: ReadonlyMap<string, Buffer>,
): Promise<Previous> {
  const image = await inspectImage(engine, reference);
  if (!image || request.clean) return { image, artifacts: undefined };
  const { labels, platform, signal } = request;
  const destination = destinationOf(image);
  const folders = [
    { path: `${destination}/scripts`, uploaded: [...uploads.keys()] },
    ...scriptFolders(image, request.scriptsUrl),
  ];
  const open = { reference, image, labels, platform, runId, role: "previous", signal };
  const artifacts = await ImageFiles.open(engine, open, async (files) => {
    const scripts = await files.scripts(folders);
    const script = scripts["save-artifacts"];
    if (script === undefined) return undefined;
    // A source's own assemble does not change how the image's save-artifacts talks, which has its like beside it.
    const beside = await files.scripts(folders.filter(({ path }) => path === posix.dirname(script)));
    const { layout } = beside.prepare === undefined ? scripts : beside;
    const ids = await files.userIds(image.Config.User ?? "");
    const emptyFolder = await files.isEmpty(`${destination}/artifacts`);
    return { image, reference, script, layout, destination, ids, emptyFolder, uploads };
  });
  if (!artifacts && request.debug) {
    emit({ type: "debug", message: `${reference} has no save-artifacts script: building clean` });
  }
  return { image, artifacts };
}

/** Where an image's scripts expect source and artifacts. */
export function destinationOf(image: ImageInspect): string {
  const label = image.Config.Labels?.[labelNames.destination];
  return label?.startsWith("/") && label !== "/" ? label.replace(/\/+$/, "") : "/tmp";
}
