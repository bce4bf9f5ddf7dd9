export { findComposeFiles } from "./find-compose-files.ts";
export { nodeHost } from "./node-host.ts";
