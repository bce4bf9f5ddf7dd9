import { rolldown } from "rolldown";

/** Imports a module that is not compiled, as those of packages/testing, which nobody publishes. */
export async function importSource(file) {
  const build = await rolldown({ input: file, external: /^node:/, platform: "node", logLevel: "warn" });
  const { output } = await build.generate({ format: "esm" });
  await build.close();
  return import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString("base64")}`);
}
