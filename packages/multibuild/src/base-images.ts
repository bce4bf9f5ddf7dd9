import { parse, stages } from "@slipway/dockerfile";
import { isSlipwayError } from "@slipway/errors";
import type { BuildTask } from "./build-task.ts";

/** The images that a task's stages start from, each once. None for a Dockerfile with mistakes, which the build tells of. */
export function baseImages({ dockerfile = "", args, dockerPlatform }: BuildTask): string[] {
  try {
    const options = { buildArgs: { ...args }, ...(dockerPlatform === undefined ? {} : { platform: dockerPlatform }) };
    const images = stages(parse(dockerfile), options).flatMap(({ base }) =>
      base.kind === "image" ? [base.image] : [],
    );
    return [...new Set(images)];
  } catch (error) {
    if (isSlipwayError(error)) return [];
    throw error;
  }
}
