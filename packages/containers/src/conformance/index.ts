export { type ConformanceCheck, conformanceChecks, type ConformanceContext } from "./conformance-checks.ts";
