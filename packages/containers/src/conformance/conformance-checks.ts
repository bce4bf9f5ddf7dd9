import type { ConformanceCheck } from "./conformance-check.ts";
import { fileChecks } from "./file-checks.ts";
import { lifecycleChecks } from "./lifecycle-checks.ts";
import { logChecks } from "./log-checks.ts";
import { resourceChecks } from "./resource-checks.ts";
import { runChecks } from "./run-checks.ts";

/**
 * What every backend must do, as checks for any test runner. Each makes its own containers and removes them.
 *
 * `for (const { name, run } of conformanceChecks()) test(name, () => run({ open, image }));`
 */
export function conformanceChecks(): readonly ConformanceCheck[] {
  return [...runChecks, ...logChecks, ...lifecycleChecks, ...fileChecks, ...resourceChecks];
}
