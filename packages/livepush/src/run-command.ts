import type { RunStep } from "@slipway/dockerfile";
import type { RebuildReason } from "./push-plan.ts";

/**
 * What a RUN executes, as BuildKit does it: a command that is nothing but one here-document is that document's text, run
 * by the shell in force.
 */
export function runArgv(step: RunStep): readonly string[] {
  const script = soleHeredoc(step);
  return script === undefined ? step.argv : [...step.argv.slice(0, -1), script];
}

/** Why a RUN can't be run again in a container as a build would run it. */
export function runObstacles(step: RunStep): RebuildReason[] {
  const because = (message: string): RebuildReason => ({ message: `\`${step.text}\` ${message}`, range: step.range });
  const reasons = step.mounts.map(({ type }) => because(`needs its ${type} mount, which only a build has`));
  if (step.network !== undefined && step.network !== "default") reasons.push(because("runs on a network of its own"));
  if (step.security !== undefined && step.security !== "sandbox") reasons.push(because("runs without the sandbox"));
  if (soleHeredoc(step)?.startsWith("#!")) reasons.push(because("is a script with an interpreter of its own"));
  return reasons;
}

function soleHeredoc(step: RunStep): string | undefined {
  const [heredoc] = step.heredocs;
  if (step.form !== "shell" || step.heredocs.length !== 1 || !heredoc) return undefined;
  const [first = ""] = step.command.split("\n");
  return /^\d*<<-?\s*(?:'[^']+'|"[^"]+"|[^\s<'"]+)$/.test(first.trim()) ? heredoc.content : undefined;
}
