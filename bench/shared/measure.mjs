// How benches take times: rounds that alternate between what is compared, and the median of each.

/**
 * @param {Record<string, () => unknown>} subjects
 * @param {number} rounds
 * @returns {Promise<Record<string, number>>} median milliseconds of each
 */
export async function compare(subjects, rounds) {
  const times = Object.fromEntries(Object.keys(subjects).map((name) => [name, /** @type {number[]} */ ([])]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, run] of Object.entries(subjects)) {
      const since = performance.now();
      await run();
      // The first round warms up.
      if (round >= 0) times[name]?.push(performance.now() - since);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * Prints what was measured, with how many times the first one's time each took.
 * @param {string} title
 * @param {Record<string, number>} medians
 */
export function report(title, medians) {
  const [floor = 1] = Object.values(medians);
  console.log(`\n${title}`);
  const width = Math.max(...Object.keys(medians).map((name) => name.length));
  for (const [name, ms] of Object.entries(medians)) {
    console.log(`  ${name.padEnd(width)}  ${ms.toFixed(1).padStart(9)} ms  ${(ms / floor).toFixed(2).padStart(7)} ×`);
  }
}
