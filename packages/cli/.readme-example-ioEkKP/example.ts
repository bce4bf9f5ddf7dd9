import { dockerfile, exitCodes } from "slipway";

console.log(dockerfile.process("FROM %%BASE%%", { BASE: "busybox" }), exitCodes.noEngine);
// FROM busybox 3
