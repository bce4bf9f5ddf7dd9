export { type Cloud, startCloud } from "./cloud/start-cloud.ts";
export { testRegistry, type TestRegistry } from "./test-registry.ts";
