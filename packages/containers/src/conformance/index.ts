export type { ConformanceCheck, ConformanceContext } from "./conformance-check.ts";
export { conformanceChecks } from "./conformance-checks.ts";
