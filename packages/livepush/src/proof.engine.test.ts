import { afterAll, beforeAll, expect, test } from "vitest";
import { judge, type Verdict } from "../test/judge.ts";
import { dockerfileOf, makeScenario, type Scenario } from "../test/scenario.ts";
import { shrink } from "../test/shrink.ts";
import { Workbench } from "../test/workbench.ts";

/** How many scenarios, each with a Dockerfile of its own; thousands for the long run. */
const count = Number(process.env["LIVEPUSH_SCENARIOS"] ?? 75);
/** How many sequences of edits each has. */
const sequences = Number(process.env["LIVEPUSH_SEQUENCES"] ?? 3);
const atOnce = Number(process.env["LIVEPUSH_AT_ONCE"] ?? 8);
/** The same each time unless told otherwise: a run for new ones takes LIVEPUSH_SEED, and what it finds stays findable. */
const firstSeed = Number(process.env["LIVEPUSH_SEED"] ?? 1000);

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
/** Scenarios that are still under way when the test's time is up, and that need what the end takes away. */
let working: Promise<unknown> = Promise.resolve();
afterAll(async () => {
  await working;
  await bench.close();
}, 120_000);

test(
  `after random edits of random contexts the container is as a fresh build leaves it (seeds from ${firstSeed})`,
  { timeout: 120_000 + count * 15_000 },
  async ({ signal }) => {
    const verdicts: Verdict[] = [];
    const failures: Scenario[] = [];
    const seeds = Array.from({ length: count }, (_, index) => firstSeed + index);
    const work = async (): Promise<void> => {
      for (let seed = seeds.shift(); seed !== undefined && !signal.aborted; seed = seeds.shift()) {
        const scenario = makeScenario(seed, sequences);
        const verdict = await verdictOf(scenario);
        verdicts.push(verdict);
        if (verdict.mismatches.length === 0) continue;
        failures.push(scenario);
        console.log(`seed ${seed}: ${verdict.mismatches.slice(0, 5).join("\n")}`);
      }
    };
    working = Promise.all(Array.from({ length: atOnce }, work));
    await working;
    const sum = (what: "pushes" | "compared" | "refusals" | "unbuildable"): number =>
      verdicts.reduce((total, verdict) => total + verdict[what], 0);
    console.log(
      `${verdicts.length} scenarios from seed ${firstSeed}, ${sum("compared")} sequences of edits compared: ${failures.length} mismatches; ${sum("pushes")} pushes, ${sum("refusals")} of them needed a rebuild; ${sum("unbuildable")} sequences ended in what can't be built`,
    );
    if (process.env["LIVEPUSH_REFUSALS"]) console.log(tally(verdicts.flatMap((verdict) => verdict.refused)));
    const [first] = failures;
    if (!first) return;
    const least = await shrink(first, async (smaller) => (await verdictOf(smaller)).mismatches.length > 0);
    const { mismatches } = await verdictOf(least);
    expect.fail(
      [
        `seeds ${failures.map(({ seed }) => seed).join(", ")} ended unlike a fresh build; the first, made smaller:`,
        dockerfileOf(least, "live"),
        `context: ${JSON.stringify(least.context)}`,
        ...least.sequences.flatMap((pushes) => [
          ...pushes.map((edits) => `push: ${JSON.stringify(edits)}`),
          "compared",
        ]),
        ...mismatches.slice(0, 20),
      ].join("\n"),
    );
  },
);

/** An error that nobody expects is a mismatch too. */
async function verdictOf(scenario: Scenario): Promise<Verdict> {
  try {
    return await judge(bench, scenario);
  } catch (error) {
    const mismatches = [error instanceof Error ? (error.stack ?? error.message) : String(error)];
    return { mismatches, pushes: 0, compared: 0, unbuildable: 0, refusals: 0, refused: [] };
  }
}

function tally(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) {
    const kind = reason.replaceAll(/`[^`]*`/g, "STEP").replaceAll(/\d+/g, "N");
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .map(([kind, times]) => `${times} ${kind}`)
    .join("\n");
}
