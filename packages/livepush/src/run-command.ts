import type { RunStep } from "@slipway/dockerfile";
import type { RebuildReason } from "./push-plan.ts";

/** Why a RUN can't be run again in a container as a build would run it. */
export function runObstacles(step: RunStep): RebuildReason[] {
  const because = (message: string): RebuildReason => ({ message: `\`${step.text}\` ${message}`, range: step.range });
  const reasons = step.mounts.map(({ type }) => because(`needs its ${type} mount, which only a build has`));
  if (step.network !== undefined && step.network !== "default") reasons.push(because("runs on a network of its own"));
  if (step.security !== undefined && step.security !== "sandbox") reasons.push(because("runs without the sandbox"));
  if (step.script) reasons.push(because("is a script with an interpreter of its own"));
  return reasons;
}
