import type { Stage } from "@slipway/dockerfile";
import type { ContextFile, ContextView } from "./context-listing.ts";
import { CopyMapping } from "./copy-mapping.ts";
import { effectiveSteps } from "./effective-steps.ts";
import type { Facts } from "./stage-facts.ts";

/** Which file of the context a stage's COPYs leave at which place, the last one winning. Here-documents are left out. */
export function copiedFiles(
  stages: readonly Stage[],
  stage: number,
  context: ContextView,
  facts: Facts,
): Map<string, { readonly path: string; readonly file: ContextFile }> {
  const places = new Map<string, { path: string; file: ContextFile }>();
  for (const { step } of effectiveSteps(stages, stage)) {
    if ((step.kind !== "copy" && step.kind !== "add") || step.from) continue;
    const mapping = new CopyMapping(step, context, () => facts.destination(stage, step.destination));
    for (const { path, target } of mapping.everything()) {
      const file = context.get(path);
      if (file) places.set(target, { path, file });
      else places.delete(target);
    }
  }
  return places;
}
