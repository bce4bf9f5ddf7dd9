import { parse, type Source, type Stage, stages } from "@slipway/dockerfile";
import { isSlipwayError } from "@slipway/errors";
import type { BuildTask } from "./build-task.ts";

type Built = Pick<BuildTask, "dockerfile" | "dockerPlatform">;

/** An image that a build takes something from, and the platform that it is wanted for, where the Dockerfile says one. */
export type TouchedImage = Extract<Source, { readonly kind: "image" }>;

/** The images that a task's stages start from, each once. None for a Dockerfile with mistakes, which the build tells of. */
export function baseImages(task: Built, buildArgs: Readonly<Record<string, string>>): string[] {
  return [...new Set(imagesOf(stagesOf(task, buildArgs).map(({ base }) => base)).map(({ image }) => image))];
}

/** The images that a task's build takes anything from. */
export function touchedImages(task: Built, buildArgs: Readonly<Record<string, string>>): TouchedImage[] {
  return imagesOf(
    stagesOf(task, buildArgs).flatMap(({ base, steps }) => [
      base,
      ...steps.flatMap((step) => {
        if (step.kind === "run") return step.mounts.map(({ from }) => from);
        return step.kind === "copy" || step.kind === "add" ? [step.from] : [];
      }),
    ]),
  );
}

function imagesOf(sources: readonly (Source | undefined)[]): TouchedImage[] {
  return sources.flatMap((source) => (source?.kind === "image" ? [source] : []));
}

function stagesOf(
  { dockerfile = "", dockerPlatform }: Built,
  buildArgs: Readonly<Record<string, string>>,
): readonly Stage[] {
  try {
    return stages(parse(dockerfile), {
      buildArgs,
      ...(dockerPlatform === undefined ? {} : { platform: dockerPlatform }),
    });
  } catch (error) {
    if (isSlipwayError(error)) return [];
    throw error;
  }
}
