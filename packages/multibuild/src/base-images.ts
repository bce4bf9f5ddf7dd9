import { parse, type Source, type Stage, stages } from "@slipway/dockerfile";
import { isSlipwayError } from "@slipway/errors";
import type { BuildTask } from "./build-task.ts";

type Built = Pick<BuildTask, "dockerfile" | "dockerPlatform">;

/** The images that a task's stages start from, each once. None for a Dockerfile with mistakes, which the build tells of. */
export function baseImages(task: Built, buildArgs: Readonly<Record<string, string>>): string[] {
  return imagesOf(stagesOf(task, buildArgs).map(({ base }) => base));
}

/** The images that a task's build takes anything from, each once. */
export function touchedImages(task: Built, buildArgs: Readonly<Record<string, string>>): string[] {
  const all = stagesOf(task, buildArgs).flatMap(({ base, steps }) => [
    base,
    ...steps.flatMap((step) => {
      if (step.kind === "run") return step.mounts.map(({ from }) => from);
      return step.kind === "copy" || step.kind === "add" ? [step.from] : [];
    }),
  ]);
  return imagesOf(all);
}

function imagesOf(sources: readonly (Source | undefined)[]): string[] {
  return [...new Set(sources.flatMap((source) => (source?.kind === "image" ? [source.image] : [])))];
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
