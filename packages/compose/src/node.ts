export { findComposeFiles, nodeHost } from "./node-host.ts";
