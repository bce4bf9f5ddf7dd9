// The closing line of .ci/run: ci-summary.mjs REPORT.json TEST_EXIT_CODE FAILED_CHECKS
import { readFileSync } from "node:fs";

const [, , report = "", testExit, failedChecks] = process.argv;
let passed = 0;
let failed = Number(failedChecks);
try {
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
  passed = numPassedTests;
  failed += numFailedTests;
} catch {
  failed += 1; // the tests never got as far as a report
}
// A failure outside any test (set-up, an unhandled rejection) has to count too.
if (Number(testExit) !== 0 && failed === 0) failed = 1;
if (passed === 0) failed = Math.max(failed, 1);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
