import type { SourceRange } from "@slipway/errors";
import { BuildError } from "./build-error.ts";
import type { BuilderName } from "./build-event.ts";
import { failureRules } from "./failure-rules.ts";
import type { KnownDockerfile } from "./known-dockerfile.ts";
import { locateStep, locateText } from "./locate-step.ts";

/** What is known of a build that failed. */
export interface FailureFacts {
  /** The engine's words. */
  readonly message: string;
  readonly dockerfile: string;
  readonly exitCode?: number | undefined;
  /** The failed step's name and the last lines that it printed. */
  readonly step?: string | undefined;
  readonly output?: readonly string[] | undefined;
  /** The Dockerfile, and whose names its steps have: they tell where the failure is. */
  readonly known?: KnownDockerfile | undefined;
  readonly builder?: BuilderName | undefined;
  /** What it was to be built for, if that was said. */
  readonly platform?: string | undefined;
}

/** The error for a build that failed, with what the engine said turned into what was wrong and what to do. */
export function buildFailure(facts: FailureFacts): BuildError {
  const known = knownFailure(facts);
  if (known) return known;
  const message = withoutPreamble(facts.message);
  return new BuildError("BUILD_FAILED", withOutput(facts.step ? `${facts.step}: ${message}` : message, facts), {
    step: facts.step,
    output: facts.output,
    exitCode: facts.exitCode,
    range: rangeOf(facts),
    hint: "the text above is the engine's own",
  });
}

/** The same for the failures that are known by their wording alone; undefined for others. */
export function knownFailure(facts: FailureFacts): BuildError | undefined {
  const message = withoutPreamble(facts.message);
  const details = { step: facts.step, output: facts.output };
  for (const { pattern, when, code, text, hint } of failureRules) {
    const match = pattern.exec(message);
    if (!match || when?.({ ...facts, message }) === false) continue;
    const exitCode = facts.exitCode ?? (code === "BUILD_FAILED" ? Number(match[1]) : undefined);
    const known = { ...facts, message };
    return new BuildError(code, withOutput(text(match, known), facts), {
      ...details,
      exitCode,
      range: rangeOf(facts),
      hint: hint(match, known),
    });
  }
  return undefined;
}

/** Where in the Dockerfile the failure is: at the line that the engine names, at the step that failed, or at what it quotes. */
function rangeOf({ known, builder, step, message }: FailureFacts): SourceRange | undefined {
  const line = /dockerfile parse error (?:on )?line (\d+): /i.exec(message)?.[1];
  if (line !== undefined) return known?.placeOf(Number(line));
  if (!known?.tree) return undefined;
  if (message.includes("no build stage in current context")) return known.tree.instructions[0]?.range;
  const ofStep = step === undefined || builder === undefined ? undefined : locateStep(known.tree, step, builder);
  return ofStep ?? locateText(known.tree, quoted(step ?? message));
}

/** What a text may have taken from the Dockerfile as it stands there. */
function quoted(text: string): string[] {
  const marked = [...text.matchAll(/"([^"]+)"|\(([^)]+)\)|: (\S+)$/g)].flatMap((match) => match.slice(1));
  return [text, ...marked.filter((one) => one !== undefined)];
}

function withoutPreamble(message: string): string {
  return (
    message
      .trim()
      .replace(/^failed to solve(?: with frontend \S+)?: /, "")
      .replace(/^failed to create LLB definition: /, "")
      // Where BuildKit has a step's files is the engine's own affair.
      .replaceAll(/(?:\/[\w.-]+)+\/overlay2\/\w+\/merged(?=\/)/g, "")
  );
}

function withOutput(text: string, { output }: FailureFacts): string {
  return output?.length ? [text, ...output.map((line) => `  | ${line}`)].join("\n") : text;
}
