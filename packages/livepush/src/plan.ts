import type { Stage } from "@slipway/dockerfile";
import type { ContextChange } from "./context-change.ts";
import type { ContextView } from "./context-listing.ts";
import { contributingStages, effectiveSteps } from "./effective-steps.ts";
import { planStage } from "./plan-stage.ts";
import type { PushPlan, RebuildReason, RestartBy, StagePlan } from "./push-plan.ts";
import { FactBook, type Facts, type Question } from "./stage-facts.ts";
import { nothingUndone, type Undone } from "./undone.ts";

/** All that a plan depends on. */
export interface PlanInput {
  /** Of the Dockerfile that the containers were built from; the last is the one that runs. */
  readonly stages: readonly Stage[];
  /** The context as it is now, ignored files left out. */
  readonly context: ContextView;
  /** What changed in it since the last plan. */
  readonly changes: readonly ContextChange[];
  readonly undone?: Undone | undefined;
  readonly facts?: Facts | undefined;
  /** From where on steps never restart the container: see liveDockerfile. */
  readonly liveFrom?: { readonly stage: number; readonly step: number } | undefined;
  /** Reasons of the caller's own: a changed Dockerfile, a base image with ONBUILD. */
  readonly rebuild?: readonly RebuildReason[] | undefined;
  /** Stages whose environment at a RUN is not known for sure. */
  readonly unknownEnvironment?: ReadonlySet<number> | undefined;
  /** How the container's process is to learn of a push; by a restart without. */
  readonly restartBy?: RestartBy | undefined;
  /** Absolute paths of the running container that a bind mount or a named volume covers: nothing is pushed there. */
  readonly mounted?: readonly string[] | undefined;
}

/**
 * Plans a push: which files go where, what is removed, which commands run again, in the order of the Dockerfile. Pure.
 * Where the plan has `questions`, answer them in `facts` and plan again.
 */
export function plan(input: PlanInput): PushPlan {
  const { stages, undone = nothingUndone, facts = new FactBook() } = input;
  const final = stages.length - 1;
  const questions = new Map<string, Question>();
  const ask = (question: Question): void => void questions.set(JSON.stringify(question), question);
  const needsRebuild: RebuildReason[] = [...(input.rebuild ?? [])];
  const warnings: string[] = [];
  const planned: StagePlan[] = [];
  const changed = new Set<number>();
  for (const stage of contributingStages(stages, final)) {
    const steps = effectiveSteps(stages, stage);
    const result = planStage({
      stage,
      final: stage === final,
      steps,
      context: input.context,
      changes: input.changes,
      undone: undone.stages.get(stage),
      facts,
      ask,
      changedStages: changed,
      liveFrom: input.liveFrom,
      environmentKnown: !input.unknownEnvironment?.has(stage),
      mounted: stage === final ? (input.mounted ?? []) : [],
    });
    needsRebuild.push(...result.needsRebuild);
    warnings.push(...result.warnings);
    if (result.actions.length === 0) continue;
    changed.add(stage);
    planned.push({ stage, final: stage === final, actions: result.actions });
  }
  return {
    needsRebuild: unique(needsRebuild),
    stages: planned,
    restart: { ...restartOf(planned, undone), by: input.restartBy ?? "restart" },
    warnings: [...new Set(warnings)],
    questions: [...questions.values()],
  };
}

function restartOf(planned: readonly StagePlan[], undone: Undone): Omit<PushPlan["restart"], "by"> {
  const cause = planned.find(({ final }) => final)?.actions.find((action) => action.restarts);
  if (cause) return { needed: true, why: cause.why };
  if (undone.restart) return { needed: true, why: "an earlier push ended before the container restarted" };
  return { needed: false, why: "no executed step asks for it" };
}

function unique(reasons: readonly RebuildReason[]): RebuildReason[] {
  return [...new Map(reasons.map((reason) => [`${reason.path ?? ""}\0${reason.message}`, reason])).values()];
}
