import type { Source, Step } from "@slipway/dockerfile";

/** The stages and images that a step takes files from. */
export function sourcesOf(step: Step): Source[] {
  const sources =
    step.kind === "run"
      ? step.mounts.map(({ from }) => from)
      : step.kind === "copy" || step.kind === "add"
        ? [step.from]
        : [];
  return sources.filter((source) => source !== undefined);
}
