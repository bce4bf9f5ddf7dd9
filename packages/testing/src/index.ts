export { type Cloud, startCloud } from "./cloud/start-cloud.ts";
export { freePort } from "./free-port.ts";
export { type Service, startService } from "./process.ts";
export { type SshServer, startSshServer } from "./ssh-server.ts";
export { testEngine, type TestEngine } from "./test-engine.ts";
export { testRegistry, type TestRegistry } from "./test-registry.ts";
