import type { BuilderName } from "./build-event.ts";
import type { BuildOptions } from "./build-options.ts";

/** Parameters of the engine's `POST /build`; a list stands for a repeated parameter. */
export type BuildQuery = Record<string, string | readonly string[]>;

/** The engine's words for build options. */
export function buildQuery(options: BuildOptions, builder: BuilderName): BuildQuery {
  const query: BuildQuery = {
    version: builder === "buildkit" ? "2" : "1",
    // Also when a step fails: the API's own default leaves the failed step's container behind.
    rm: "1",
    forcerm: "1",
  };
  if (options.dockerfile !== undefined) query["dockerfile"] = options.dockerfile;
  if (options.tags?.length) query["t"] = [...options.tags];
  if (options.buildArgs) query["buildargs"] = JSON.stringify(options.buildArgs);
  if (options.labels) query["labels"] = JSON.stringify(options.labels);
  if (options.target !== undefined) query["target"] = options.target;
  if (options.platform !== undefined) query["platform"] = options.platform;
  if (options.noCache) query["nocache"] = "1";
  if (options.pull) query["pull"] = "1";
  if (options.cacheFrom?.length) query["cachefrom"] = JSON.stringify(options.cacheFrom);
  if (options.extraHosts?.length) query["extrahosts"] = [...options.extraHosts];
  if (options.shmSize !== undefined) query["shmsize"] = String(options.shmSize);
  if (options.networkMode !== undefined) query["networkmode"] = options.networkMode;
  return query;
}
