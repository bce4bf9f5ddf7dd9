export { type Cloud, startCloud } from "./cloud/start-cloud.ts";
export { testEngine, type TestEngine } from "./test-engine.ts";
export { testRegistry, type TestRegistry } from "./test-registry.ts";
