import { randomBytes } from "node:crypto";
import {
  describeEngine,
  type Engine,
  type EngineDescription,
  inspectImage,
  removeImage,
  tagImage,
} from "@slipway/transport";
import type { BuildContext } from "./build-context.ts";
import type { BuildResult } from "./build-result.ts";
import { checkRequest } from "./check-request.ts";
import { withEngine } from "./engine-for.ts";
import { withPlatform } from "./foreign-platform.ts";
import { makeImages, type MadeImages } from "./make-images.ts";
import type { BuildRequest } from "./request.ts";
import { withSource } from "./source/open-source.ts";
import type { Emit } from "./sti-event.ts";
import { StiError } from "./sti-error.ts";
import { startRun, type StiRun } from "./sti-run.ts";
import { removeUnnamed } from "./remove-unnamed.ts";

/**
 * Makes a runnable image from a source and a builder image. Builds again are given the artifacts of the image that has
 * the tag, unless `clean` says otherwise. The tag moves when everything has succeeded, and only then; after a failure or
 * an abort nothing is left that was made on the way.
 *
 * @returns a run whose `result` rejects with a `StiError`; a `ContextError` of the source; the signal's reason
 */
export function build(request: BuildRequest): StiRun<BuildResult> {
  return startRun((emit) => run(request, emit));
}

async function run(request: BuildRequest, emitOnly: Emit): Promise<BuildResult> {
  const since = performance.now();
  const messages: string[] = [];
  const emit: Emit = (event) => {
    if (event.type === "stage" || event.type === "warning") messages.push(event.message);
    emitOnly(event);
  };
  checkRequest(request);
  return withEngine(request, async (engine) => {
    const described = await describeEngine(engine, { signal: request.signal });
    const runId = randomBytes(6).toString("hex");
    const buildkit = usesBuildkit(described, request);
    const context: BuildContext = { engine, buildkit, request, runId, emit, temporaryNames: [], cleanups: [] };
    try {
      const made = await withPlatform(engine, described, request, emit, () =>
        withSource(request, emit, (source) => makeImages(context, source)),
      );
      const named = await nameImages(context, made);
      return { ...named, success: true, messages, durationMs: performance.now() - since };
    } finally {
      await Promise.all(context.cleanups);
      // An image that has got no other name goes with it.
      for (const name of context.temporaryNames) await removeImage(engine, name);
    }
  });
}

/** @throws StiError STI_NOT_SUPPORTED */
function usesBuildkit({ buildkit, kind, version }: EngineDescription, { builder }: BuildRequest): boolean {
  if (builder === undefined) return buildkit;
  if (builder === "buildkit" && !buildkit) {
    throw new StiError("STI_NOT_SUPPORTED", `BuildKit was asked for, but ${kind} ${version} has none`, {
      hint: "leave the builder out, or use Docker Engine 18.09 or later",
    });
  }
  return builder === "buildkit";
}

type Named = Omit<BuildResult, "success" | "messages" | "durationMs">;

/** Gives what was made its names; what had them before can be removed. */
async function nameImages({ engine, request, emit }: BuildContext, made: MadeImages): Promise<Named> {
  const { tag, signal } = request;
  const images = [
    ...(made.buildImage === undefined ? [] : [{ tag: `${tag}-build`, imageId: made.buildImage }]),
    { tag, imageId: made.imageId },
  ];
  try {
    signal?.throwIfAborted();
    const before = await Promise.all(images.map(async (image) => (await inspectImage(engine, image.tag))?.Id));
    const layers = await addedLayers(engine, made);
    signal?.throwIfAborted();
    for (const image of images) {
      emit({ type: "stage", stage: "tag", message: `naming the image ${image.tag}` });
      await tagImage(engine, image.imageId, image.tag);
    }
    for (const image of images) emit({ type: "image", ...image });
    if (request.removePrevious) for (const id of before) if (id !== undefined) await removeUnnamed(engine, id);
    const [buildImage] = made.buildImage === undefined ? [] : images;
    return { tag, imageId: made.imageId, buildImage, incremental: made.incremental, layers };
  } catch (error) {
    for (const { imageId } of images) await removeUnnamed(engine, imageId);
    throw error;
  }
}

async function addedLayers(engine: Engine, { imageId, baseId }: MadeImages): Promise<string[]> {
  const [made, base] = await Promise.all([inspectImage(engine, imageId), inspectImage(engine, baseId)]);
  const below = (base?.RootFS.Layers ?? []).length;
  return (made?.RootFS.Layers ?? []).slice(below);
}
