import { type Dockerfile, stages } from "@slipway/dockerfile";
import { parseReference } from "@slipway/transport";
import { cacheImage } from "./build-query.ts";
import type { BuildOptions } from "./build-options.ts";
import { sourcesOf } from "./sources-of.ts";

/** The registries of the images that a build may pull. */
export function baseRegistries(
  tree: Dockerfile,
  { buildArgs, platform, cacheFrom = [] }: Pick<BuildOptions, "buildArgs" | "platform" | "cacheFrom">,
): Set<string> {
  const sources = stages(tree, { buildArgs, platform }).flatMap(({ base, steps }) => [
    base,
    ...steps.flatMap((step) => sourcesOf(step)),
  ]);
  const images = sources.flatMap((source) => (source.kind === "image" ? [source.image] : []));
  return new Set([...images, ...cacheFrom.flatMap((entry) => cacheImage(entry) ?? [])].map(registryOf));
}

function registryOf(image: string): string {
  try {
    return parseReference(image).domain;
  } catch {
    return ""; // the engine says what is wrong with the name
  }
}
