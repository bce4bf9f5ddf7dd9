import { buildOrder, type Stage, type Step } from "@slipway/dockerfile";

/** A step as it takes part in a stage: its own, or one of the stages that it is built on. */
export interface EffectiveStep {
  /** The stage that the Dockerfile has it in. */
  readonly stage: number;
  readonly step: Step;
}

/** The steps that made a stage's file system: those of the stages it is FROM, then its own. */
export function effectiveSteps(stages: readonly Stage[], index: number): EffectiveStep[] {
  const lineage: Stage[] = [];
  for (let stage = stages[index]; stage;) {
    lineage.unshift(stage);
    stage = stage.base.kind === "stage" ? stages[stage.base.index] : undefined;
  }
  return lineage.flatMap((stage) => stage.steps.map((step) => ({ stage: stage.index, step })));
}

/** The stages whose result reaches stage `index` through COPY --from or RUN --mount=from, in order, itself last. */
export function contributingStages(stages: readonly Stage[], index: number): number[] {
  const found = new Set<number>([index]);
  const queue = [index];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const { step } of effectiveSteps(stages, next)) {
      for (const from of stagesOf(step)) {
        if (found.has(from)) continue;
        found.add(from);
        queue.push(from);
      }
    }
  }
  return buildOrder(stages).flatMap((stage) => (found.has(stage.index) ? [stage.index] : []));
}

/** The stages that a step takes from. */
export function stagesOf(step: Step): number[] {
  const sources =
    step.kind === "copy" || step.kind === "add"
      ? [step.from]
      : step.kind === "run"
        ? step.mounts.map((mount) => mount.from)
        : [];
  return sources.flatMap((source) => (source?.kind === "stage" ? [source.index] : []));
}
