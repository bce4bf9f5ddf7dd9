import type { Scenario } from "./scenario.ts";

/** A smaller scenario that fails as well: without pushes, edits, files, steps and stages that have no part in it. */
export async function shrink(
  scenario: Scenario,
  fails: (smaller: Scenario) => Promise<boolean>,
  patience = 60,
): Promise<Scenario> {
  let best = scenario;
  let left = patience;
  for (let progress = true; progress && left > 0;) {
    progress = false;
    for (const smaller of smallerOnes(best)) {
      if (left-- <= 0) break;
      if (!(await fails(smaller))) continue;
      best = smaller;
      progress = true;
      break;
    }
  }
  return best;
}

function* smallerOnes(scenario: Scenario): Generator<Scenario, void, undefined> {
  const { sequences, stages, context } = scenario;
  for (const without of withoutParts(sequences)) yield { ...scenario, sequences: without };
  // Two as one: nothing is compared in between.
  for (const [index, sequence] of sequences.slice(1).entries()) {
    yield {
      ...scenario,
      sequences: sequences.toSpliced(index, 2, [...(sequences[index] ?? []), ...sequence]),
    };
  }
  for (const [index, pushes] of sequences.entries()) {
    for (const without of withoutParts(pushes)) yield { ...scenario, sequences: sequences.with(index, without) };
  }
  for (const [index, stage] of stages.entries()) {
    for (const steps of withoutParts(stage.steps)) {
      yield { ...scenario, stages: stages.with(index, { ...stage, steps }) };
    }
  }
  for (const [at, pushes] of sequences.entries()) {
    for (const [index, edits] of pushes.entries()) {
      for (const without of withoutParts(edits)) {
        yield { ...scenario, sequences: sequences.with(at, pushes.with(index, without)) };
      }
    }
  }
  for (const without of withoutParts(context)) yield { ...scenario, context: without };
  if (scenario.restarts) yield { ...scenario, restarts: false };
}

/** Without each half, then without each single part. */
function* withoutParts<T>(parts: readonly T[]): Generator<T[], void, undefined> {
  if (parts.length > 3) {
    const middle = Math.floor(parts.length / 2);
    yield parts.slice(0, middle);
    yield parts.slice(middle);
  }
  for (const index of parts.keys()) yield parts.toSpliced(index, 1);
}
